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

test('docs/security.md names a test in each row about a threat', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8')
  const [, table = ''] = /\| threat \|.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(page) ?? []
  const rows = table.trim().split('\n')
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) expect(row).toMatch(/\| `[\w-]+\/[\w-]+: [^`]+`(?:, `[\w-]+\/[\w-]+: [^`]+`)* \|$/)
})
