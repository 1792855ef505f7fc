import type { Parameters } from '../setup/parameterFile.ts'

/** Something that a deployment would lose, which is refused unless a person accepts it by its name. */
export interface Loss {
  /** What `--accept` takes: the parameter, the setting, or the resource. */
  readonly name: string
  /** What would change, what is lost by it, and who is hurt. */
  readonly text: string
}

/** Two values of one parameter, and all parameters, for a rule that depends on others. */
export interface Change {
  readonly before: unknown
  readonly after: unknown
  readonly all: { readonly before: Parameters; readonly after: Parameters }
}

/** Why a change loses something; undefined if it doesn't. It's asked only if the values differ. */
export type Rule = (change: Change) => string | undefined

/** Every other value loses something, unless there was none before. */
export function another(text: string): Rule {
  return ({ before, after }) => (isEmpty(before) ? undefined : `${from(before, after)}. ${text}`)
}

/** Every other value loses something, also the first one. */
export function different(text: string): Rule {
  return ({ before, after }) => `${from(before, after)}. ${text}`
}

/** A smaller number loses something. */
export function lower(text: string): Rule {
  return ({ before, after }) =>
    Number(after) < Number(before) ? `${from(before, after)}. ${text}` : undefined
}

/** `true` to `false` loses something. */
export function off(text: string): Rule {
  return ({ before, after }) =>
    before === true && after !== true ? `${from(before, after)}. ${text}` : undefined
}

/** An element that is gone from a list loses something. */
export function gone(text: string): Rule {
  return ({ before, after }) => {
    const left = new Set(asList(after).map(toText))
    const missing = asList(before)
      .map(toText)
      .filter((each) => !left.has(each))
    return missing.length > 0 ? `Without ${missing.join(', ')}. ${text}` : undefined
  }
}

/** As {@link gone}, for values that aren't shown, because they can hold a key or a person's number. */
export function goneUnseen(text: string): Rule {
  return ({ before, after }) => {
    const left = new Set(asList(after).map(toText))
    const count = asList(before).filter((each) => !left.has(toText(each))).length
    return count > 0 ? `${count} fewer. ${text}` : undefined
  }
}

/** A list as it is; everything else as an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A value in one line; a word as it is, everything else as JSON. */
export function toText(value: unknown): string {
  if (isEmpty(value)) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function from(before: unknown, after: unknown): string {
  return `${toText(before)} → ${toText(after)}`
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
