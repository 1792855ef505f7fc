import { call } from './call.ts'
import type { Expression } from './syntax.ts'
import { compare, Dynamic, type Row, Timespan, toText, type Value } from './values.ts'

/** What an expression can read besides its row. */
export interface Scope {
  /** The result of `now()`. */
  readonly now: Date
  readonly scalars: Readonly<Record<string, Value>>
}

/** The value of an expression for one row. @throws Error for what Kusto refuses, or we don't understand. */
export function evaluate(expression: Expression, row: Row, scope: Scope): Value {
  const valueIn = (inner: Expression) => evaluate(inner, row, scope)
  switch (expression.is) {
    case 'literal':
      return expression.value
    case 'span':
      return new Timespan(expression.milliseconds)
    case 'name':
      return named(expression.name, row, scope)
    case 'member':
      return memberOf(valueIn(expression.of), expression.key)
    case 'in': {
      const of = valueIn(expression.of)
      return expression.values.some((value) => compare('==', of, valueIn(value)))
    }
    case 'call':
      return call(expression.name, expression.args.map(valueIn), scope.now)
    case 'binary':
      return binary(expression.op, valueIn(expression.left), valueIn(expression.right))
  }
}

function named(name: string, row: Row, { scalars }: Scope): Value {
  const value = name in row ? row[name] : scalars[name]
  if (value === undefined) throw new Error(`there is no column ${name}`)
  return value
}

function memberOf(of: Value, key: string): Value {
  if (of === null) return new Dynamic(null)
  if (!(of instanceof Dynamic)) throw new Error(`${key} isn’t a member of a dynamic value`)
  const inner = of.value
  return new Dynamic(
    typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : null,
  )
}

/** `left op right`. */
export function binary(op: string, left: Value, right: Value): Value {
  if (op === 'and') return left === true && right === true
  if (op === 'or') return left === true || right === true
  if (op.startsWith('!') && op !== '!=') return !text(op.slice(1), left, right)
  if (op === 'has' || op === 'startswith') return text(op, left, right)
  return '+-*/'.includes(op) ? calculate(op, left, right) : compare(op, left, right)
}

/** Both ignore case. `has` finds whole terms: letters and digits. */
function text(op: string, left: Value, right: Value): boolean {
  if (left instanceof Dynamic) throw new Error(`${op} needs a string`)
  const [whole, part] = [toText(left).toLowerCase(), toText(right).toLowerCase()]
  return op === 'has' ? whole.split(/[^\p{L}\p{N}]+/u).includes(part) : whole.startsWith(part)
}

function calculate(op: string, left: Value, right: Value): Value {
  if (left === null || right === null) return null
  if (typeof left === 'bigint' && typeof right === 'bigint') return whole(op, left, right)
  const [a, b] = [left, right].map((value) => {
    if (typeof value === 'bigint' || typeof value === 'number') return Number(value)
    throw new Error(`${op} needs numbers`)
  }) as [number, number]
  return { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[op] ?? null
}

/** A whole number divided by another one stays whole. */
function whole(op: string, a: bigint, b: bigint): bigint | null {
  if (op === '/') return b === 0n ? null : a / b
  return { '+': a + b, '-': a - b, '*': a * b }[op] ?? null
}
