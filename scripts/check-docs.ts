import { existsSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { faultsOfCommands } from './docCommands.ts'
import { faultsOfNamedTests } from './namedTests.ts'
import { commandLines } from './options.ts'
import { findPages } from './pages.ts'
import { lowerBudget, reportPromises } from './promiseReport.ts'

const root = join(import.meta.dirname, '..')

/** `[text](target)`; images too. */
const link = /\]\(([^)\s]+)\)/g

/** Broken references in a page's text. */
async function faultsOf(path: string, scripts: ReadonlySet<string>): Promise<string[]> {
  const text = await readFile(path, 'utf8')
  const targets = [...text.replace(/```[\s\S]*?```/g, '').matchAll(link)].map(([, target = '']) => target)
  const local = targets.filter((target) => !/^[a-z]+:/.test(target))
  const broken = await Promise.all(local.map((target) => faultOfLink(path, target)))
  const commands = faultsOfCommands(text, scripts, commandLines)
  const tests = faultsOfNamedTests(text, readTest)
  return [...broken.filter((fault) => fault !== undefined), ...commands, ...tests]
}

function readTest(file: string): string | undefined {
  const path = join(root, 'test', `${file}.test.ts`)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

async function faultOfLink(from: string, target: string): Promise<string | undefined> {
  const [file = '', anchor] = target.split('#')
  const path = file === '' ? from : join(dirname(from), file)
  if (!(await stat(path).catch(() => undefined))) return `${target} does not exist`
  if (!anchor || !path.endsWith('.md')) return undefined
  return anchorsOf(await readFile(path, 'utf8')).has(anchor) ? undefined : `${target} has no such heading`
}

/** The anchors of headings, as on GitHub, and the page's own anchors. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const own = [...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)
  return new Set([...headings, ...own])
}

const { values } = parseArgs({
  options: { promises: { type: 'boolean', default: false }, lower: { type: 'boolean', default: false } },
})
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object }
const scripts = new Set(Object.keys(manifest.scripts))
const pages = await findPages(root)
let faults = 0
for (const path of pages) {
  for (const fault of await faultsOf(path, scripts)) {
    faults++
    console.error(`${relative(root, path)}: ${fault}`)
  }
}
const report = await reportPromises(
  root,
  pages.map((path) => relative(root, path)),
)
for (const fault of report.faults) {
  faults++
  console.error(fault)
}
if (values.lower) await lowerBudget(root, report)
const without = Object.entries(report.bare).flatMap(([path, bare]) =>
  bare.map(({ line, sentence }) => `${path}:${line}: ${sentence}`),
)
if (values.promises) console.log(without.join('\n'))
console.log(
  `${pages.length} pages, ${report.count} promises, ${without.length} of them without a test, ${faults} faults`,
)
if (faults > 0) process.exitCode = 1
