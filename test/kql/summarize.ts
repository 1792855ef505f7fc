import { evaluate, type Scope } from './evaluate.ts'
import type { Assignment, Operator } from './syntax.ts'
import { compare, Dynamic, type Row, type Table, toText, type Value } from './values.ts'

/** `summarize … by …`. Without `by`, an empty table gives one row. */
export function summarize(
  { columns, by }: Extract<Operator, { is: 'summarize' }>,
  { rows }: Table,
  scope: Scope,
): Table {
  const groups = new Map<string, { readonly key: Row; readonly rows: Row[] }>()
  for (const row of rows) {
    const key = Object.fromEntries(by.map(({ name, to }) => [name, scalar(name, evaluate(to, row, scope))]))
    const id = JSON.stringify(Object.values(key).map(toText))
    const group = groups.get(id) ?? { key, rows: [] }
    group.rows.push(row)
    groups.set(id, group)
  }
  if (by.length === 0 && groups.size === 0) groups.set('', { key: {}, rows: [] })
  const added = columns.flatMap((column) => columnsOf(column))
  return {
    columns: [...by.map(({ name }) => name), ...added],
    rows: [...groups.values()].map((group) => ({
      ...group.key,
      ...Object.assign({}, ...columns.map((column) => aggregate(column, group.rows, scope))),
    })),
  }
}

function scalar(name: string, value: Value): Value {
  if (value instanceof Dynamic)
    throw new Error(`${name} is dynamic, and nothing can be grouped or added by it`)
  return value
}

/** `arg_max(timestamp, a, b)` gives a column for each of its arguments. */
function columnsOf({ name, to }: Assignment): string[] {
  if (to.is !== 'call' || to.name !== 'arg_max') return [name]
  return to.args.map((arg) => (arg.is === 'name' ? arg.name : ''))
}

function aggregate({ name, to }: Assignment, rows: readonly Row[], scope: Scope): Row {
  if (to.is !== 'call') throw new Error(`${name} isn’t an aggregate`)
  const [first, second] = to.args
  const values = (arg = first) =>
    arg ? rows.map((row) => scalar(name, evaluate(arg, row, scope))).filter((value) => value !== null) : []
  switch (to.name) {
    case 'count':
      return { [name]: BigInt(rows.length) }
    case 'countif':
      return { [name]: BigInt(values().filter((value) => value === true).length) }
    case 'dcount':
      return { [name]: BigInt(new Set(values().map(toText)).size) }
    case 'make_set':
      return { [name]: new Dynamic([...new Set(values().map(toText))]) }
    case 'sum':
      return { [name]: values().reduce<bigint>((sum, value) => sum + (value as bigint), 0n) }
    case 'max':
      return { [name]: extreme('>', values()) }
    case 'min':
      return { [name]: extreme('<', values()) }
    case 'maxif': {
      const counted = rows.filter((row) => second && evaluate(second, row, scope) === true)
      return aggregate({ name, to: { ...to, name: 'max', args: [first!] } }, counted, scope)
    }
    case 'arg_max':
      return argMax(columnsOf({ name, to }), rows)
  }
  throw new Error(`the aggregate ${to.name} isn’t understood`)
}

function extreme(op: '<' | '>', values: readonly Value[]): Value {
  return values.reduce<Value>(
    (best, value) => (best === null || compare(op, value, best) ? value : best),
    null,
  )
}

function argMax(columns: readonly string[], rows: readonly Row[]): Row {
  const [by = ''] = columns
  const last = rows.reduce<Row | undefined>(
    (best, row) => (best === undefined || compare('>', row[by] ?? null, best[by] ?? null) ? row : best),
    undefined,
  )
  return Object.fromEntries(columns.map((column) => [column, last?.[column] ?? null]))
}
