import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultsOfWords } from './words.ts'

const root = join(import.meta.dirname, '..')
const texts = [
  '*.md',
  'docs/**/*.md',
  '{functions,shared,scripts,local}/**/*.{ts,mjs}',
  'infra/**/*.{bicep,kql}',
  'test/**/*.ts',
]
/** What others wrote: packages, and code that generators make. */
const exclude = ['**/node_modules/**', '**/generated/**']
/** The files that contain the list. */
const exempt = new Set(['scripts/words.ts', 'test/unit/words.test.ts'])

let faults = 0
for await (const path of glob(texts, { cwd: root, exclude })) {
  if (exempt.has(path)) continue
  for (const { line, word, instead } of faultsOfWords(await readFile(join(root, path), 'utf8'))) {
    faults++
    console.error(`${path}:${line}: “${word}”: ${instead}`)
  }
}
if (faults > 0) process.exitCode = 1
