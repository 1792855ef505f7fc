import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AzError } from '../../azure/az.ts'
import { readReport } from '../../doctor/readReport.ts'
import { SetupError, type Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'
import { isPackage, isSamePackage } from '../package.ts'
import { containerOf, downloadPackage } from '../runningPackage.ts'
import { readPackage } from './package.ts'

/**
 * The package that runs now is kept, so that it can come back. If an earlier run was stopped after it had published, the
 * one that runs was never examined, and the one kept then stays.
 */
export const keep: Step<Deploy> = {
  title: 'package to roll back to',
  async look({ facts }) {
    if (facts.kept) return undefined
    return facts.outputs ? 'the one that runs now' : 'none runs yet'
  },
  async act(deploy) {
    const { facts, wish } = deploy
    facts.kept = facts.outputs ? ((await keepRunning(deploy)) ?? 'none') : 'none'
    if (facts.kept === 'none' && wish.rollbackTo) facts.kept = await readPackage(wish.rollbackTo)
  },
  show: ({ facts }) => (facts.kept === 'none' ? ['There is none: a package that fails stays.'] : []),
}

async function keepRunning(deploy: Deploy): Promise<Buffer | undefined> {
  const { facts, folder } = deploy
  await mkdir(folder, { recursive: true })
  const running = await download(deploy)
  const [previous, unproven] = ['previous.zip', 'unproven.zip'].map((name) => join(folder, name)) as [
    string,
    string,
  ]
  if (running && existsSync(previous) && existsSync(unproven)) {
    if (isSamePackage(running, await readFile(unproven))) {
      // How the broker was with the one that is kept. With the one that runs, a fault of its own would excuse the next.
      const before = join(folder, 'before.json')
      if (existsSync(before)) facts.before = await readReport(before)
      return readFile(previous)
    }
  }
  if (running) await writeFile(previous, running)
  else await rm(previous, { force: true })
  return running
}

async function download(deploy: Deploy): Promise<Buffer | undefined> {
  const { az, facts, folder, wish } = deploy
  const app = facts.outputs?.AZURE_FUNCTION_NAME ?? ''
  const container = await containerOf(az, wish.resourceGroup, app)
  try {
    const running = await downloadPackage(az, container, folder)
    return running && isPackage(running) ? running : undefined
  } catch (error) {
    if (!(error instanceof AzError) || error.isLoggedOut) throw error
    if (wish.rollbackTo || wish.accepted.has('rollback')) return undefined
    throw new SetupError(
      `rollback: The package that runs can’t be read, so it couldn’t come back if the new one fails. ${error.message}`,
      [
        `You need the role Storage Blob Data Reader on the container ${container.container} of ${container.account} (a new one works after some minutes), from a network that its firewall lets in: npm run setup gives it to you, then run the same command again.`,
        'Or pass a package with --rollback-to <zip>, or --accept rollback.',
      ].join(' '),
    )
  }
}

/** Notes what is published before it's examined, in case this run is stopped in between. */
export async function noteUnproven({ facts, folder }: Deploy): Promise<void> {
  await mkdir(folder, { recursive: true })
  if (facts.before) await writeFile(join(folder, 'before.json'), JSON.stringify(facts.before))
  if (facts.package) await writeFile(join(folder, 'unproven.zip'), facts.package)
}

/** The new package works: nothing is left of this run. */
export async function forgetKept({ folder }: Pick<Deploy, 'folder'>): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
