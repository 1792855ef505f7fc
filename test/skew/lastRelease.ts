import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'

const root = dirname(dirname(import.meta.dirname))

/**
 * The package to compare with while there is no tag: the commit before issue 27, whose rule about new columns begins
 * with it (docs/decisions/0026-columns-ship-one-release-early.md). Remove it with the first tag.
 */
const beforeTags = '3221d4935a2748b9fbf2f63554cff27b6fd4293e'

/** Runs git in this repository. @throws with git's own words if it fails. */
export function git(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, stdio: 'pipe' } as const
  return execFileSync('git', args, options).trim()
}

/**
 * The last release: the newest version's tag before this commit, so that a commit with a tag of its own is compared with
 * the release before it.
 * @throws with what to do if the history isn't here. A run without it would prove nothing, so it's no reason to skip.
 */
export function findLastRelease(): string {
  const missing = findMissing()
  if (missing)
    throw new Error(
      `The skew test builds the last release from git's history, and ${missing}. In a clone, run: git fetch --unshallow --tags`,
    )
  return lastTag() ?? beforeTags
}

function findMissing(): string | undefined {
  try {
    if (git(['rev-parse', '--is-shallow-repository']) === 'true') return 'this clone is shallow'
    git(['cat-file', '-e', `${beforeTags}^{commit}`])
    return undefined
  } catch (error) {
    return `git says: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`
  }
}

function lastTag(): string | undefined {
  try {
    return git(['describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^'])
  } catch {
    return undefined
  }
}
