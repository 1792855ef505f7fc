/** Whether a route value satisfies an inline constraint. */
export type Constraint = (value: string) => boolean

const guid = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i
const number = (value: string) => value.trim() !== '' && Number.isFinite(Number(value))
const integer = (bits: number) => (value: string) => {
  if (!/^[+-]?\d+$/.test(value)) return false
  const limit = 1n << BigInt(bits - 1)
  const parsed = BigInt(value)
  return parsed >= -limit && parsed < limit
}

const plain: Record<string, Constraint> = {
  alpha: (value) => /^[a-z]*$/i.test(value),
  bool: (value) => /^(?:true|false)$/i.test(value),
  datetime: (value) => !Number.isNaN(Date.parse(value)),
  decimal: number,
  double: number,
  float: number,
  guid: (value) => guid.test(value),
  int: integer(32),
  long: integer(64),
  required: (value) => value.length > 0,
}

const withArguments: Record<string, (...args: string[]) => Constraint> = {
  length: (min, max) => (value) => value.length >= Number(min) && value.length <= Number(max ?? min),
  max: (max) => (value) => integer(64)(value) && Number(value) <= Number(max),
  maxlength: (max) => (value) => value.length <= Number(max),
  min: (min) => (value) => integer(64)(value) && Number(value) >= Number(min),
  minlength: (min) => (value) => value.length >= Number(min),
  range: (min, max) => (value) =>
    integer(64)(value) && Number(value) >= Number(min) && Number(value) <= Number(max),
}

/**
 * Reads one inline constraint of a route parameter, for example `int`, `length(2,5)`, or `regex(^a+$)`.
 * The set is ASP.NET Core's (learn.microsoft.com/aspnet/core/fundamentals/routing, "Route constraints").
 * @throws Error for an unknown name.
 */
export function parseConstraint(text: string): Constraint {
  const match = /^(\w+)(?:\((.*)\))?$/s.exec(text)
  const name = match?.[1]?.toLowerCase() ?? ''
  const args = match?.[2]
  if (args === undefined && plain[name]) return plain[name]
  if (args !== undefined && name === 'regex') return matches(new RegExp(args, 'i'))
  const build = withArguments[name]
  if (args !== undefined && build) return build(...args.split(',').map((each) => each.trim()))
  throw new Error(`"${text}" is not a route constraint`)
}

const matches =
  (pattern: RegExp): Constraint =>
  (value) =>
    pattern.test(value)
