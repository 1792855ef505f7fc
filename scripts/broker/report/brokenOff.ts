/** Rows that don't reach their end. The message says why, for a person. */
export class BrokenOffError extends Error {
  override readonly name = 'BrokenOffError'
}
