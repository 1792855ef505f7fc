import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { git } from './lastRelease.ts'

const root = dirname(dirname(import.meta.dirname))

/**
 * Builds a release as it was: its own sources and build command, and the versions of its own lock file. Those that are
 * installed here are used if the lock files agree.
 * @param folder an empty folder, which becomes the app's folder for a Functions host.
 */
export async function buildRelease(release: string, folder: string): Promise<void> {
  const index = { GIT_INDEX_FILE: join(folder, '.index') }
  git(['read-tree', release], index)
  git(['checkout-index', '--all', `--prefix=${folder}/`], index)
  if (lockedIn(folder) === lockedIn(root))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  else npm(folder, 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
  npm(folder, 'run', '-s', 'build')
}

/** The locked packages, without the app's own entry. */
function lockedIn(folder: string): string {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  return JSON.stringify({ ...packages, '': undefined })
}

function npm(cwd: string, ...args: string[]): void {
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH }
  execFileSync('npm', args, { cwd, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
}
