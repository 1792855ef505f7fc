import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { lowerBudget, reportPromises } from '../../scripts/promiseReport.ts'
import { findPromises } from '../../scripts/promises.ts'

/** A repository with these files. */
async function repositoryOf(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'promises-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

const budget = 'scripts/promisesWithoutTest.json'

test.each([
  'It never fails.',
  'It always works.',
  'It takes at most three.',
  'It waits 30 s.',
  'It lasts an hour.',
  'It lasts ten minutes.',
  'It lasts half an hour.',
  'Six times, it tries again.',
  'It takes 1.5 MiB.',
  'It answers 503.',
  '| a row | within 2 minutes |',
])('a promise carries weight: %s', (sentence) => {
  expect(findPromises(sentence)).toEqual([{ line: 1, sentence, tests: [] }])
})

test('other sentences, headings, code, and what is generated promise nothing', () => {
  const generated = '<!-- Generated from x; do not edit. -->\nnever\n<!-- End of what is generated. -->'
  for (const sentence of [
    'It tries a second time.',
    'Ten of them wait.',
    'It lasts an hour ([docs](https://example.com)).',
  ])
    expect(findPromises(sentence)).toEqual([])
  expect(findPromises(`It works.\n# Never\n\`\`\`\nnever\n\`\`\`\n${generated}`)).toEqual([])
  expect(
    findPromises('<!-- Measured with `npm run bench`. -->\nIt took 30 s.\n# Next\nIt never fails.'),
  ).toHaveLength(1)
  expect(findPromises(`${generated}\nIt never fails.`)).toHaveLength(1)
})

test('a test that a generated sentence or row names is checked as well', () => {
  const mark = '<!-- test: unit/a: one -->'
  const generated = `<!-- Generated from x; do not edit. -->\nIt never fails. ${mark} It always works.\n| 30 s | ${mark} |`
  expect(findPromises(generated)).toEqual([
    { line: 2, sentence: 'It never fails.', tests: ['unit/a: one'] },
    { line: 3, sentence: '| 30 s | |', tests: ['unit/a: one'] },
  ])
})

test('a test holds the sentence that it stands behind, and a whole row', () => {
  const text =
    'It never fails. <!-- test: unit/a: one --><!-- test: unit/b: two --> It always works.\n| never | 30 s <!-- test: unit/a: one --> |'
  expect(findPromises(text)).toEqual([
    { line: 1, sentence: 'It never fails.', tests: ['unit/a: one', 'unit/b: two'] },
    { line: 1, sentence: 'It always works.', tests: [] },
    { line: 2, sentence: '| never | 30 s |', tests: ['unit/a: one'] },
  ])
})

test('a row can name its tests openly, and an example names none', () => {
  const open = '| never | `unit/a: one` |'
  expect(findPromises(open)).toEqual([{ line: 1, sentence: open, tests: ['unit/a: one'] }])
  expect(findPromises('Write `<!-- test: unit/a: one -->` after it.')).toEqual([])
})

test('a test that is gone is a fault, and so is one more promise without a test', async () => {
  const marked = (test: string) => `It never fails. <!-- test: ${test} -->\n`
  const root = await repositoryOf({
    'a.md': `${marked('unit/x: it never')}${marked('unit/x: it no longer')}${marked('unit/y: it')}`,
    'b.md': 'It always works. It never fails.',
    'docs/decisions/0001.md': 'It never fails.',
    'test/unit/x.test.ts': "test('it never fails', () => {})",
    [budget]: '{ "b.md": 1 }',
  })
  const { bare, count, faults } = await reportPromises(root, ['a.md', 'b.md', 'docs/decisions/0001.md'])
  expect([count, bare['b.md']?.length]).toEqual([5, 2])
  expect(faults).toEqual([
    'a.md:2: test/unit/x has no test “it no longer”',
    'a.md:3: there is no test/unit/y.test.ts',
    'b.md: 2 promises without a test, at most 1: npm run check:docs -- --promises',
  ])
})

test('the budget is lowered, and never raised', async () => {
  const root = await repositoryOf({
    'a.md': 'It never fails. It always works.',
    'b.md': 'It never fails.',
    'c.md': '',
    [budget]: '{ "a.md": 1, "b.md": 3, "c.md": 2 }',
  })
  await lowerBudget(root, await reportPromises(root, ['a.md', 'b.md', 'c.md']))
  expect(JSON.parse(await readFile(join(root, budget), 'utf8'))).toEqual({ 'a.md': 1, 'b.md': 1 })
})
