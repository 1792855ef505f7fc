import { aggregate, argMax, scalar } from './aggregate.ts'
import { evaluate, type Scope } from './evaluate.ts'
import type { Assignment, Operator } from './syntax.ts'
import { type Row, type Table, toText } from './values.ts'

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
      ...Object.assign({}, ...columns.map((column) => aggregated(column, group.rows, scope))),
    })),
  }
}

/** `arg_max(timestamp, a, b)` gives a column for each of its arguments. */
function columnsOf({ name, to }: Assignment): string[] {
  if (to.is !== 'call' || to.name !== 'arg_max') return [name]
  return to.args.map((arg) => (arg.is === 'name' ? arg.name : ''))
}

function aggregated(column: Assignment, rows: readonly Row[], scope: Scope): Row {
  const { name, to } = column
  if (to.is === 'call' && to.name === 'arg_max') return argMax(columnsOf(column), rows)
  return { [name]: aggregate(to, rows, scope) }
}
