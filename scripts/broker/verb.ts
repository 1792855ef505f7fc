/** A verb's arguments: its options by name, and the other words in their order. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly words: readonly string[]
}

/** Carries out a verb of `npm run broker`. Returns the exit status. @throws UsageError for arguments it can't use. */
export type Verb = (given: Arguments) => Promise<number>

/** An option's text; undefined if it wasn't given. */
export function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
