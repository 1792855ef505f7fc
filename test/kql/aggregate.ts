import { binary, evaluate, type Scope } from './evaluate.ts'
import type { Expression } from './syntax.ts'
import { compare, Dynamic, type Row, toText, type Value } from './values.ts'

/** The value of an expression over a group of rows: an aggregate, or a calculation with some. */
export function aggregate(expression: Expression, rows: readonly Row[], scope: Scope): Value {
  if (expression.is === 'literal') return expression.value
  if (expression.is === 'binary') {
    const { left, op, right } = expression
    return binary(op, aggregate(left, rows, scope), aggregate(right, rows, scope))
  }
  if (expression.is !== 'call') throw new Error('an aggregate is missing')
  const { args, name } = expression
  const [first, second] = args
  if (name === 'count') return BigInt(rows.length)
  if (!first) throw new Error(`${name} needs an argument`)
  const isCounted = (row: Row) => !second || evaluate(second, row, scope) === true
  const counted = name === 'maxif' ? rows.filter(isCounted) : rows
  const values = counted
    .map((row) => scalar(name, evaluate(first, row, scope)))
    .filter((value) => value !== null)
  if (name === 'percentile') return percentile(values, second)
  return ofValues(name, values)
}

/** @throws Error if a value is dynamic, as Kusto refuses the query */
export function scalar(name: string, value: Value): Value {
  if (value instanceof Dynamic)
    throw new Error(`${name} is dynamic, and nothing can be grouped or added by it`)
  return value
}

/** `arg_max(timestamp, a, b)`: the columns of the row with the greatest first one. */
export function argMax(columns: readonly string[], rows: readonly Row[]): Row {
  const [by = ''] = columns
  const last = rows.reduce<Row | undefined>(
    (best, row) => (best === undefined || compare('>', row[by] ?? null, best[by] ?? null) ? row : best),
    undefined,
  )
  return Object.fromEntries(columns.map((column) => [column, last?.[column] ?? null]))
}

/** Aggregates of values; missing ones don't count. */
function ofValues(name: string, values: readonly Value[]): Value {
  switch (name) {
    case 'countif':
      return BigInt(values.filter((value) => value === true).length)
    case 'dcount':
      return BigInt(new Set(values.map(toText)).size)
    case 'make_set':
      return new Dynamic([...new Set(values.map(toText))])
    case 'sum':
      return values.reduce<Value>((sum, value) => binary('+', sum, value), 0n)
    case 'max':
    case 'maxif':
      return extreme('>', values)
    case 'min':
      return extreme('<', values)
    case 'take_any':
      return values[0] ?? null
  }
  throw new Error(`the aggregate ${name} isn’t understood`)
}

function extreme(op: '<' | '>', values: readonly Value[]): Value {
  return values.reduce<Value>(
    (best, value) => (best === null || compare(op, value, best) ? value : best),
    null,
  )
}

function percentile(values: readonly Value[], share: Expression | undefined): Value {
  if (share?.is !== 'literal') throw new Error('percentile needs a number')
  const sorted = values.toSorted((a, b) => (compare('<', a, b) ? -1 : 1))
  return sorted[Math.ceil((Number(share.value) / 100) * sorted.length) - 1] ?? null
}
