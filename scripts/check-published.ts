/**
 * Checks on a tree full of secrets that `.funcignore` publishes only the required files, in both interpretations of it,
 * and that `.gitignore` excludes every file that our pages tell people to create.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { filesMadeBy, isOutside } from './filesOfPages.ts'
import { publishedByFunc } from './funcIgnore.ts'
import { findPages } from './pages.ts'
import { publishedFiles } from './publishedFiles.ts'

const root = join(import.meta.dirname, '..')
const runs: readonly string[] = publishedFiles
const ours = [
  'package-lock.json',
  'README.md',
  'functions/token.ts',
  'node_modules/jose/index.js',
  '.github/ci.yml',
]
/** Kinds of files that contain secrets, even if no page names them. */
const kinds = [
  'key.pem',
  'broker.key',
  'broker.pfx',
  'broker.p12',
  'tenants.csv',
  'tenants.csv.journal',
  'broker.settings.json',
  'local.settings.json',
  'sealing-keys.backup',
  '.env',
  '.env.production',
  '.azure/broker/.env',
  'what-if.txt',
  'previous/package.zip',
]

/** Files without secrets of a deployed broker whose names tools prescribe. */
const local = /^(local\.settings\.json|\.local\/.+)$/

const faults: string[] = []
const named = new Set<string>()
for (const path of await findPages(root)) {
  const text = await readFile(path, 'utf8')
  for (const file of filesMadeBy(text)) {
    if (isOutside(file) || local.test(file) || existsSync(join(root, file))) continue
    named.add(file)
    faults.push(
      `${relative(root, path)}: ${file} is made inside the clone; make it in a private folder outside`,
    )
  }
}

const secrets = [...new Set([...kinds, ...kinds.map((file) => `docs/${file}`), ...named])]
const tree = await mkdtemp(join(tmpdir(), 'published-'))
try {
  const all = [...runs, ...ours, ...secrets]
  await fill(tree, all)
  compare('git, as azd reads .funcignore', git('ls-files', '--others', '--exclude-from=.funcignore'))
  compare('func', publishedByFunc(await readFile(join(root, '.funcignore'), 'utf8'), all))
  git('add', '--all')
  const committed = new Set(git('ls-files'))
  for (const file of secrets) if (committed.has(file)) faults.push(`.gitignore: ${file} would be committed`)
} finally {
  await rm(tree, { recursive: true })
}
for (const fault of faults) console.error(fault)
console.log(`${secrets.length} files that hold secrets: ${faults.length} faults`)
if (faults.length > 0) process.exitCode = 1

async function fill(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), 'secret')
  }
  for (const file of ['.gitignore', '.funcignore']) await copyFile(join(root, file), join(folder, file))
  git('init', '--quiet')
}

function compare(reader: string, published: readonly string[]): void {
  const found = published.toSorted().join(' ')
  if (found !== runs.join(' ')) faults.push(`.funcignore: ${reader} publishes ${found || 'nothing'}`)
}

/** Git without this machine's own settings. */
function git(...args: string[]): string[] {
  const { PATH, SystemRoot } = process.env
  const env = { PATH, SystemRoot, HOME: tree, GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', args, { cwd: tree, env, encoding: 'utf8' }).split('\n').filter(Boolean)
}
