import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../kql/run.ts'
import { toText } from '../kql/values.ts'
import { readText } from './infraFiles.ts'

const now = new Date('2026-11-23T16:00:00Z')
const traces = {
  columns: ['timestamp', 'message'],
  rows: ['{"event":"a","n":3,"list":["x","y"]}', '{"event":"b","n":4}', 'not ours'].map((message) => ({
    timestamp: now,
    message,
  })),
}
const ours = 'traces | where message startswith \'{"EVENT":\' | extend e = parse_json(message)'
const rows = (rest: string) =>
  run(`${ours} ${rest}`, { traces }, now).rows.map((row) => Object.values(row).map(toText).join(' '))

test.each([
  [
    'a missing member is an empty string',
    '| where tostring(e.none) == "" | project n = tolong(e.n)',
    ['3', '4'],
  ],
  ['a missing number compares with nothing', '| where tolong(e.none) != 1 | project n = tolong(e.n)', []],
  ['whole numbers divide to whole numbers', '| project third = tolong(e.n) / 3', ['1', '1']],
  ['and to a fraction by a fraction', '| project half = tolong(e.n) / 2.0', ['1.5', '2']],
  [
    '`and` binds more strongly than `or`',
    '| where false and false or true | project n = tolong(e.n)',
    ['3', '4'],
  ],
  ['a sum passes over what is missing', '| summarize sum(tolong(e.none))', ['0']],
  ['a summary of nothing is one row', '| where false | summarize count(), first = min(timestamp)', ['0 ']],
  ['and by something, none', '| where false | summarize count() by e = tostring(e)', []],
  ['times go into bins', '| summarize n = count() by bin(timestamp, 1d)', ['2026-11-23T00:00:00.000Z 2']],
  [
    'the first true case decides',
    '| project c = case(tolong(e.n) < 4, "few", tolong(e.n) < 9, "some", "many")',
    ['few', 'some'],
  ],
  ['an order is descending', '| project n = tolong(e.n) | order by n', ['4', '3']],
  ['unless it says otherwise', '| project n = tolong(e.n) | order by n asc', ['3', '4']],
  ['the top is the greatest', '| project n = tolong(e.n) | top 1 by n', ['4']],
  [
    'aggregates are numbers to calculate with',
    '| summarize mean = 1.0 * sum(tolong(e.n)) / count()',
    ['3.5'],
  ],
  [
    'an object expands to pairs',
    '| mv-expand kind=array pair = e | project name = tostring(pair[0])',
    ['event', 'n', 'list', 'event', 'n'],
  ],
  ['a list expands to rows', '| mv-expand i = e.list to typeof(string) | project i', ['x', 'y', '']],
  [
    '`has` finds whole terms',
    '| where message has "list" and message !has "lis" | project n = tolong(e.n)',
    ['3'],
  ],
])('%s', (_title, query, expected) => {
  expect(rows(query)).toEqual(expected)
})

test.each([
  ['a dynamic value without a conversion', '| where e.n > 2'],
  ['the sum of dynamic values', '| summarize sum(e.n)'],
  ['groups of dynamic values', '| summarize count() by n = e.n'],
  ['a string and a number', '| where tostring(e.n) > 2'],
  ['a column that isn’t there', '| project missing'],
  ['an operator that we do not know', '| take 5'],
  ['a function that we do not know', '| project x = floor(timestamp, 5m)'],
])('a query with %s is refused', (_title, query) => {
  expect(() => rows(query)).toThrow()
})

test('a left join keeps rows without a match, and their strings are empty', () => {
  const query = `let a = ${ours} | project n = tolong(e.n); let b = a | where n == 3 | project n, s = "x"; a | join kind=leftouter b on n | where s !startswith "x"`
  expect(run(query, { traces }, now).rows).toEqual([{ n: 4n, s: null }])
})

test.each(globSync('infra/alerts/*.kql', { cwd: fileURLToPath(new URL('../..', import.meta.url)) }))(
  '%s is understood, and silent without data',
  (path) => {
    const empty = (...columns: string[]) => ({ columns, rows: [] })
    const tables = {
      traces: empty('timestamp', 'message'),
      customMetrics: empty('timestamp', 'name'),
      requests: empty('timestamp', 'name'),
    }
    expect(run(readText(path), tables, now).rows).toEqual([])
  },
)
