// Runs on Node 18 or later, before anything is installed, so it uses plain JavaScript and only Node's own modules.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const isWindows = process.platform === 'win32'
const modules = join(root, 'node_modules')

/** Whether `node_modules` matches the lock file: npm records there what it has installed. */
function isInstalled() {
  const noted = join(modules, '.package-lock.json')
  if (!existsSync(noted)) return false
  const wanted = readPackages(join(root, 'package-lock.json'))
  const installed = readPackages(noted)
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === version : optional === true
  })
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

/** Runs npm. Its output goes to stderr, because a program may read stdout. */
function npm(...args) {
  const { status } = spawnSync('npm', args, { cwd: root, shell: isWindows, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * npm warns of every package that needs a newer Node than the machine's own, which runs none of them. Errors are shown,
 * and so is everything that someone asked npm for.
 */
function npmLogLevel() {
  const { npm_config_loglevel: asked = '' } = process.env
  return ['http', 'info', 'verbose', 'silly'].includes(asked) ? [] : ['--loglevel=error']
}

/** The Node version from the lock file, which can differ from the machine's own. */
function findNode() {
  const node = join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node')
  return existsSync(node) ? node : process.execPath
}

/**
 * Calls back when npm, which started this process, is gone: npm exits on a signal without forwarding it. Does nothing
 * for a process that was started directly.
 */
function whenNpmIsGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    act()
  }, 500)
  watch.unref()
}

/** Runs a script in place of this process, with its signals and exit status. */
function become(script, args) {
  const child = spawn(findNode(), [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  whenNpmIsGone(() => child.kill('SIGTERM'))
  child.on('exit', (status, signal) => process.exit(status ?? 128 + constants.signals[signal]))
}

if (!isInstalled()) {
  process.stderr.write(
    'Installing what package-lock.json names. This happens once, and takes a minute or two.\n',
  )
  npm('ci', '--no-audit', '--no-fund', ...npmLogLevel())
}
npm('run', '-s', 'build')

const [first, ...rest] = process.argv.slice(2)
// Without a browser or the firewall, its tests are skipped: not a reason to run none.
const preparations = { browser: 'test/browser/getBrowsers.ts', front: 'test/front/sayWaf.ts' }
for (const [topic, script] of Object.entries(preparations))
  if (first === '--test' && (rest.length === 0 || rest.some((word) => word.includes(topic))))
    spawnSync(findNode(), [join(root, script)], { cwd: root, stdio: 'inherit' })
if (first === '--test') become('node_modules/vitest/vitest.mjs', ['run', ...rest])
else become('local/start.ts', process.argv.slice(2))
