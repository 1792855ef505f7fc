import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { toProblem } from '../../shared/domain/toProblem.ts'
import { problems } from '../../shared/problems.ts'
import { allSettings } from '../../shared/settings.ts'
import { maxRequestedValiditySeconds } from '../../shared/vend/vend.ts'
import { readText, root, template } from './infraFiles.ts'

/** The rows of the first table in a page that has this heading, each as its cells. */
function rowsOf(page: string, heading: string): readonly string[][] {
  const [, table = ''] = readText(page).split(heading)
  const [rows = ''] = table.split('\n\n')
  return rows.split('\n').map((line) => line.split('|').slice(1, -1))
}

const pages = () => globSync(['README.md', 'SECURITY.md', 'docs/**/*.md'], { cwd: fileURLToPath(root) })

const wordsIn = (text: string) => [...text.matchAll(/`([\w.]+)`/g)].map(([, word = '']) => word)

test('the runbook of 5xx has a row for every code that can cause one, and no other', () => {
  const codes = Object.entries(problems).flatMap(([code, { status }]) => (status >= 500 ? [code] : []))
  const rows = rowsOf('docs/runbooks/server-errors.md', '| code | do |\n').map(([first = '']) => first)
  const named = rows.flatMap((cell) => wordsIn(cell.split(' with ')[0] ?? ''))
  expect([...new Set(named)].toSorted()).toEqual(codes.toSorted())
})

test('it tells apart every reason why storage is unavailable', () => {
  const sources = [
    'shared/domain/toProblem.ts',
    'shared/domain/identityUnavailable.ts',
    'shared/domain/instanceEnding.ts',
    'shared/vend/explainMissingToken.ts',
  ].map(readText)
  const fixed = sources.flatMap((source) => [
    ...source.matchAll(/reason: '(\w+)'/g),
    ...source.matchAll(/^ {2}\| '(identity_\w+)'$/gm),
    ...source.matchAll(/^ {2}(grant_\w+): /gm),
  ])
  const answered = (['tables', 'vault'] as const).flatMap((service) =>
    [403, 503].map((status) => toProblem(new StorageUnavailableError(service, status, 'x'))),
  )
  const services = answered.map(({ extras }) => String(extras.members?.reason))
  const reasons = new Set([...fixed.map(([, reason = '']) => reason), ...services])
  // Its code is another one.
  reasons.delete('validity_not_reached')
  const rows = rowsOf('docs/runbooks/server-errors.md', '| code | do |\n').map(([first = '']) => first)
  const named = rows.filter((cell) => cell.includes('storage_unavailable')).flatMap(wordsIn)
  expect(new Set(named)).toEqual(new Set(['storage_unavailable', 'reason', ...reasons]))
})

test('the runbook of throttling names operations as the log does', () => {
  const [, union = ''] = /readonly operation: (.*)/.exec(readText('shared/storage/vault.ts')) ?? []
  const [, steps = ''] = readText('docs/runbooks/vault-throttled.md').split('## How to fix')
  const named = [...steps.matchAll(/^\d\. `(\w+)` throttled/gm)].map(([, word]) => word)
  expect(named).toEqual(['set', 'set', 'get'])
  for (const word of named) expect(union).toContain(`'${word}'`)
})

test('no page asks for more validity than a vend accepts', () => {
  const asked = pages().flatMap((page) => [...readText(page).matchAll(/minValidity=(\d+)/g)])
  expect(asked.length).toBeGreaterThan(0)
  for (const [, seconds] of asked) expect(Number(seconds)).toBeLessThanOrEqual(maxRequestedValiditySeconds)
})

test('no page promises that a vended token ends within an hour: Entra’s last up to 90 minutes', () => {
  expect(pages().length).toBeGreaterThan(50)
  const promises = pages().flatMap((page) =>
    readText(page)
      .replaceAll(/<!-- .*? -->/g, '')
      .split(/\n|(?<=[.;]) /)
      .filter(
        (sentence) => /\btokens?\b/i.test(sentence) && /(within|up to|at most|for) an hour\b/.test(sentence),
      )
      .map((sentence) => `${page}: ${sentence}`),
  )
  expect(promises).toEqual([])
})

test('every page that stops the app before it writes also checks that it stopped', () => {
  const stopping = pages().filter((page) => readText(page).includes('az functionapp stop'))
  expect(stopping.length).toBeGreaterThan(1)
  for (const page of stopping) expect(readText(page)).toContain('#check-that-the-app-stopped')
})

test('a number in brackets behind a setting or a parameter is its default', () => {
  const defaults = new Map<string, unknown>([
    ...allSettings().map(({ name, default: text }) => [name, text] as const),
    ...Object.entries<{ defaultValue?: unknown }>(template.parameters).map(
      ([name, { defaultValue }]) => [name, defaultValue] as const,
    ),
  ])
  const said = pages()
    .filter((page) => !page.startsWith('docs/decisions/'))
    .flatMap((page) =>
      [...readText(page).matchAll(/`(\w+)` \((\d+)(?=[):])/g)].map((each) => ({ page, each })),
    )
    .filter(({ each: [, name = ''] }) => defaults.has(name))
  expect(said.length).toBeGreaterThan(12)
  for (const { page, each } of said) {
    const [, name = '', number] = each
    expect(`${page}: ${name} ${defaults.get(name)}`).toBe(`${page}: ${name} ${number}`)
  }
})

test('a lock is deleted only after its lease was broken', () => {
  const text = readText('docs/runbooks/sweep-silent.md')
  const [broken, deleted] = ['az storage blob lease break', 'az storage blob delete'].map((call) =>
    text.indexOf(call),
  )
  expect(broken).toBeGreaterThan(0)
  expect(deleted).toBeGreaterThan(broken ?? 0)
})

test('a command that reads what is typed is the last one of its block: a terminal would give it the next pasted line', () => {
  const blocks = pages().flatMap((page) => readText(page).match(/```sh\n[\s\S]*?```/g) ?? [])
  const lines = blocks.map((block) => block.split('\n').slice(1, -1))
  const reads = (line: string) => /^\s*read /.test(line)
  expect(lines.filter((block) => block.some(reads)).length).toBeGreaterThan(0)
  for (const block of lines) expect(block.slice(0, -1).filter(reads)).toEqual([])
})

test('a secret that moves keeps an expiry in the form that the CLI takes', () => {
  const text = readText('docs/runbooks/move-subscription.md')
  expect(text).toContain('sub("\\\\+00:00$"; "Z")')
  expect(text).toContain('--description "$(jq')
})

test('every task’s page names a test that plays it against the local stack', () => {
  const [, tasks = ''] = readText('docs/runbooks/README.md').split('## Tasks')
  const named = [...tasks.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page = '']) => page)
  expect(named.length).toBeGreaterThan(7)
  for (const page of [...named, 'sweep-silent.md'])
    expect(readText(`docs/runbooks/${page}`), page).toMatch(/<!-- test: (end-to-end|contract)\/[\w-]+: /)
})
