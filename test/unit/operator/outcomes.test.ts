import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** The words of a union of strings in a source. */
const wordsOf = (path: string, before: string, after: string) => {
  const [, text = ''] = read(path).split(before)
  return [...(text.split(after)[0] ?? '').matchAll(/'(\w+)'/g)].map(([, word = '']) => word)
}

test.each([
  [
    'rebuild-tables',
    '## `npm run rebuild-tables`',
    [
      ...wordsOf('shared/operations/rebuild.ts', 'export type RebuildOutcome =', '\n\n'),
      ...wordsOf('scripts/rebuild-tables.ts', 'Record<RebuildOutcome |', ', number>'),
    ],
  ],
  [
    'restore',
    '## `npm run backup` and `npm run restore`',
    wordsOf('scripts/backup/restoreTenant.ts', 'export type RestoreOutcome =', '\n\n'),
  ],
])('commands.md explains each outcome of %s, and no other', (_command, heading, outcomes) => {
  const [, section = ''] = read('docs/commands.md').split(`${heading}\n`)
  const rows = section.split('\n## ')[0]?.match(/^\| `[^|]+\|/gm) ?? []
  const explained = rows.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word))
  expect(explained.toSorted()).toEqual([...outcomes].toSorted())
})
