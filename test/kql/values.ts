/** A value of type `dynamic`: what `parse_json` returned, and its members. */
export class Dynamic {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/** A span of time, such as `30m`. */
export class Timespan {
  readonly milliseconds: number
  constructor(milliseconds: number) {
    this.milliseconds = milliseconds
  }
}

/** A value of a column. A `long` or `int` is a bigint, a `real` is a number. Null is the null of any type. */
export type Value = string | bigint | number | boolean | Date | Timespan | Dynamic | null

export type Row = Readonly<Record<string, Value>>

/** Rows with the names of their columns, which exist even without rows. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** `tostring(value)`. The null of any type becomes an empty string, because a string is never null. */
export function toText(value: Value): string {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Timespan) return `${value.milliseconds} ms`
  if (!(value instanceof Dynamic)) return String(value)
  const inner = value.value ?? ''
  return typeof inner === 'object' ? JSON.stringify(inner) : String(inner)
}

/** `tolong(value)` and `toint(value)`: null for what isn't a number. */
export function toLong(value: Value): bigint | null {
  const inner = value instanceof Dynamic ? value.value : value
  if (typeof inner === 'bigint') return inner
  const number = typeof inner === 'string' && inner.trim() === '' ? Number.NaN : Number(inner ?? Number.NaN)
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : null
}

/**
 * `left op right`. Null compares with nothing, except that a missing string is an empty one.
 * @throws Error if the types can't be compared, as Kusto refuses the query: a `dynamic` needs a conversion.
 */
export function compare(op: string, left: Value, right: Value): boolean | null {
  if (left === null && typeof right === 'string') return compare(op, '', right)
  if (right === null && typeof left === 'string') return compare(op, left, '')
  if (left === null || right === null) return null
  if (typeOf(left) !== typeOf(right) || left instanceof Dynamic)
    throw new Error(`can’t compare ${typeOf(left)} ${op} ${typeOf(right)}`)
  const [a, b] = [left, right].map(order) as [number, number]
  return comparisons[op]!(a, b)
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
}

function order(value: Value): unknown {
  if (value instanceof Date) return value.getTime()
  if (value instanceof Timespan) return value.milliseconds
  return typeof value === 'bigint' ? Number(value) : value
}

function typeOf(value: Value): string {
  if (value instanceof Date) return 'datetime'
  if (value instanceof Timespan) return 'timespan'
  if (value instanceof Dynamic) return 'dynamic'
  return typeof value === 'bigint' ? 'number' : typeof value
}
