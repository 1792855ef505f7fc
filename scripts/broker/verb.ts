/** An option's value; a list if it can be repeated. */
export type OptionValue = string | boolean | readonly string[] | undefined

/** A verb's arguments: its options by name, and the other words in their order. */
export interface Arguments {
  readonly values: Readonly<Record<string, OptionValue>>
  readonly words: readonly string[]
}

/** Carries out a verb of `npm run broker`. Returns the exit status. @throws UsageError for arguments it can't use. */
export type Verb = (given: Arguments) => Promise<number>

/** An option's text; undefined if it wasn't given. */
export function textOf(value: OptionValue): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The texts of an option that can be repeated. */
export function textsOf(value: OptionValue): readonly string[] {
  return Array.isArray(value) ? value : []
}
