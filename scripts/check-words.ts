import { glob, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { findPages } from './pages.ts'
import { faultsOfWords, isHandWrittenPage, unwantedWords } from './words.ts'

const root = join(import.meta.dirname, '..')
const code = '{functions,shared,local,scripts,infra}/**/*.{ts,mjs,bicep,kql}'
/** Has the list itself. */
const list = 'scripts/words.ts'

const paths = (await findPages(root)).map((path) => relative(root, path))
for await (const path of glob(code, { cwd: root })) if (path !== list) paths.push(path)

let faults = 0
for (const path of paths) {
  const text = await readFile(join(root, path), 'utf8')
  const words = unwantedWords.filter(({ pagesOnly }) => !pagesOnly || isHandWrittenPage(path, text))
  for (const fault of faultsOfWords(text, words)) {
    faults++
    console.error(`${path}:${fault}`)
  }
}
console.log(`${paths.length} files, ${faults} unwanted words`)
if (faults > 0) process.exitCode = 1
