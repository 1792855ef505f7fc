import type { TableRequest } from './operations.ts'

/** The tables that were deleted a short while ago: their names are taken until the service has cleared them away. */
export class Deletions {
  readonly #deletedAt = new Map<string, number>()
  readonly #now: () => number

  /** @param now milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Notes what was done, if it was a deletion. */
  note({ operation, table }: TableRequest, status: number): void {
    if (operation === 'deleteTable' && status === 204) this.#deletedAt.set(table, this.#now())
  }

  /** Whether the request is to create a table that is still being deleted. */
  refuses({ operation, table }: TableRequest, spanSeconds: number): boolean {
    if (operation !== 'createTable') return false
    const deletedAt = this.#deletedAt.get(table) ?? Number.NEGATIVE_INFINITY
    return this.#now() - deletedAt < spanSeconds * 1000
  }
}
