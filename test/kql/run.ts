import { evaluate, type Scope } from './evaluate.ts'
import { parse } from './parse.ts'
import { summarize } from './summarize.ts'
import type { Expression, Operator, Pipeline } from './syntax.ts'
import { compare, Dynamic, type Row, type Table, toText, type Value } from './values.ts'

type Tables = Readonly<Record<string, Table>>

/**
 * Runs a query over tables, at the time `now`.
 * @throws Error if Kusto would refuse the query, or if we don't understand it.
 */
export function run(query: string, tables: Tables, now: Date): Table {
  const { definitions, result } = parse(query)
  const known: Record<string, Table> = { ...tables }
  const scalars: Record<string, Value> = {}
  const scope = { now, scalars }
  for (const { name, pipeline, isScalar } of definitions) {
    const table = runPipeline(pipeline, known, scope)
    if (isScalar) scalars[name] = table.rows[0]?.[table.columns[0] ?? ''] ?? null
    else known[name] = table
  }
  return runPipeline(result, known, scope)
}

function tableNamed(name: string, tables: Tables): Table {
  const table = tables[name]
  if (!table) throw new Error(`there is no table ${name}`)
  return table
}

function runPipeline({ sources, operators }: Pipeline, tables: Tables, scope: Scope): Table {
  const united = union(sources.map((source) => tableNamed(source, tables)))
  return operators.reduce((table, operator) => apply(operator, table, { ...scope, tables }), united)
}

/** A column that a table lacks is null in its rows. */
function union(tables: readonly Table[]): Table {
  const columns = [...new Set(tables.flatMap((table) => table.columns))]
  const rows = tables.flatMap((table) => table.rows)
  return { columns, rows: rows.map((row) => pick(row, columns)) }
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, row[column] ?? null]))
}

function apply(operator: Operator, table: Table, scope: Scope & { readonly tables: Tables }): Table {
  const { columns, rows } = table
  switch (operator.is) {
    case 'where':
      return { columns, rows: rows.filter((row) => evaluate(operator.condition, row, scope) === true) }
    case 'extend':
    case 'project': {
      const names = operator.columns.map(({ name }) => name)
      const assigned = (row: Row) =>
        Object.fromEntries(operator.columns.map(({ name, to }) => [name, evaluate(to, row, scope)]))
      if (operator.is === 'project') return { columns: names, rows: rows.map(assigned) }
      return {
        columns: [...new Set([...columns, ...names])],
        rows: rows.map((row) => ({ ...row, ...assigned(row) })),
      }
    }
    case 'summarize':
      return summarize(operator, table, scope)
    case 'distinct': {
      const picked = rows.map((row) => pick(row, operator.names))
      const distinct = new Map(picked.map((row) => [JSON.stringify(Object.values(row).map(toText)), row]))
      return { columns: operator.names, rows: [...distinct.values()] }
    }
    case 'order':
      return { columns, rows: sorted(table, operator.by, scope, operator.isAscending ? '<' : '>') }
    case 'top':
      return { columns, rows: sorted(table, operator.by, scope, '>').slice(0, operator.count) }
    case 'mv-expand':
      return expand(operator, table, (row) => evaluate(operator.column.to, row, scope))
    case 'join':
      return leftJoin(table, tableNamed(operator.table, scope.tables), operator.on)
  }
}

function sorted({ rows }: Table, by: Expression, scope: Scope, op: '<' | '>'): Row[] {
  const valueIn = (row: Row) => evaluate(by, row, scope)
  return rows.toSorted((a, b) => {
    if (compare(op, valueIn(a), valueIn(b))) return -1
    return compare(op, valueIn(b), valueIn(a)) ? 1 : 0
  })
}

/** A row for each item; a row without items stays, with an empty string or a null. */
function expand(
  { column: { name }, to }: Extract<Operator, { is: 'mv-expand' }>,
  { columns, rows }: Table,
  read: (row: Row) => Value,
): Table {
  const itemsOf = (row: Row): Value[] => {
    const value = read(row)
    const inner = (value instanceof Dynamic && value.value) || {}
    const items =
      to === 'pair'
        ? Object.entries(inner).map((pair) => new Dynamic(pair))
        : Array.isArray(inner)
          ? inner.map(String)
          : []
    return items.length > 0 ? items : [to === 'pair' ? new Dynamic(null) : '']
  }
  return {
    columns: [...new Set([...columns, name])],
    rows: rows.flatMap((row) => itemsOf(row).map((item) => ({ ...row, [name]: item }))),
  }
}

function leftJoin(left: Table, right: Table, on: string): Table {
  const others = right.columns.filter((column) => !left.columns.includes(column))
  const found = (row: Row) =>
    right.rows.filter((other) => toText(other[on] ?? null) === toText(row[on] ?? null))
  const joined = (row: Row) => {
    const matches = found(row)
    return (matches.length > 0 ? matches : [{}]).map((other) => ({ ...row, ...pick(other, others) }))
  }
  return { columns: [...left.columns, ...others], rows: left.rows.flatMap(joined) }
}
