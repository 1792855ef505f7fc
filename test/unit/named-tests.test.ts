import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultsOfNamedTests } from '../../scripts/namedTests.ts'

const files: Readonly<Record<string, string>> = { 'unit/a': "test('it holds', () => {})\ntest(`%s too`, f)" }
const faultsOf = (page: string) => faultsOfNamedTests(page, (file) => files[file])

test('a page can name tests that exist', () => {
  expect(faultsOf('| `unit/a: it holds`, `unit/a: %s too` | `npm test` | `unit/a` |')).toEqual([])
})

test('a test that a page names and that is gone is a fault', () => {
  expect(faultsOf('`unit/a: it hold` `unit/a: it holds twice` `unit/b: it holds`')).toEqual([
    'test/unit/a.test.ts has no test or group “it hold”',
    'test/unit/a.test.ts has no test or group “it holds twice”',
    'test/unit/b.test.ts does not exist',
  ])
})

/** The rows of a page's table, by the beginning of its heading row. */
function rowsOf(page: string, heading: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8')
  const [, rows = ''] = text.split(`\n${heading}`)
  return rows.split('\n\n')[0]!.split('\n').slice(2)
}

test.each([
  ['security.md', '| threat |'],
  ['threat-model.md', '| attacker | tries to |'],
])('docs/%s names a test in each row about a threat', (page, heading) => {
  const rows = rowsOf(page, heading)
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expect(row).toMatch(/\| `[\w-]+\/[\w-]+: [^`]+`(?:, `[\w-]+\/[\w-]+: [^`]+`)* \|$/)
})

test.each(['| attacker | tries to |', '| attacker | what is left |'])(
  'docs/threat-model.md has each attacker in its table "%s"',
  (heading) => {
    const attackers = rowsOf('threat-model.md', heading).map((row) => row.split(' | ')[0]?.slice(2))
    expect(attackers.filter((attacker) => attacker !== '|' && attacker !== '')).toEqual([
      ...['Stranger', 'Advertiser', 'App', "Other workspace's app", 'Operator', 'Thief of tables'],
      ...['Thief of a vault version', "Thief of a process's memory", 'Thief of a backup', 'Bad package'],
    ])
  },
)
