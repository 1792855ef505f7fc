import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { diagnose } from '../kql/diagnose.ts'
import { findQueries } from '../kql/findQueries.ts'
import { readJson, readText } from './infraFiles.ts'

const cwd = fileURLToPath(new URL('../..', import.meta.url))
const { items } = readJson('infra/workbook.json') as { items: { content: { query?: string } }[] }
const queries = [
  ...globSync('infra/alerts/*.kql', { cwd }).map((path) => [path, readText(path)] as const),
  ...items.flatMap(({ content }) => (content.query ? [['infra/workbook.json', content.query] as const] : [])),
  ...globSync('docs/**/*.md', { cwd }).flatMap((path) =>
    findQueries(readText(path)).map((query) => [path, query] as const),
  ),
]

test('queries are found in alerts, the workbook, blocks of pages, and their code spans', () => {
  expect(queries.length).toBeGreaterThan(50)
  expect(findQueries('| a | `traces \\| take 1` |\n```kusto\nrequests\n```')).toEqual([
    'requests\n',
    'traces | take 1',
  ])
})

test.each(queries)('%s has a query that Kusto accepts over columns that have content: %s', (_path, query) => {
  expect(diagnose(query)).toEqual([])
})

test.each([
  ['a column that is empty on log lines', 'traces | where operation_Name == "refresh"', 'operation_Name'],
  ['a table that gets no rows', 'exceptions | take 1', 'exceptions'],
  [
    'a column that is hidden behind a name',
    'let t = traces; t | where operation_Name == "x"',
    'operation_Name',
  ],
  ['a column that a union has elsewhere only', 'dependencies | project operation_Name', 'operation_Name'],
  ['a mistake', 'traces | where message startswit "x"', ''],
])('a query over %s is refused', (_title, query, name) => {
  expect(diagnose(query).join()).toContain(name)
  expect(diagnose(query)).not.toEqual([])
})
