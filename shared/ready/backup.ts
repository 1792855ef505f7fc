import { addSeconds, secondsUntil } from '../clock.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { backupGraceHours } from '../operations/backUpWhenDue.ts'
import { startOfBackup, toNameTime } from '../operations/backupName.ts'
import { listBackups } from '../operations/listBackups.ts'
import { type ContainerDependencies, callContainer } from '../storage/blobContainer.ts'
import { codeAndStatus, type Finding, type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { resolutionsOf } from './resolutions.ts'

const page = '(docs/runbooks/backup-missing.md)'
const secondsOfDay = 86_400

/**
 * Checks in the container of the backups whether the newest complete one, by the timer or by hand, is old. As long as
 * there is none, the container's own age counts. Without a container for backups, there is nothing to check.
 */
export async function checkBackup({
  clock,
  config,
  credential,
}: Pick<ReadyDependencies, 'clock' | 'config' | 'credential'>): Promise<ReadinessCheck[]> {
  const { containerUrl, hours } = config.backup
  if (!containerUrl) return []
  const container = { containerUrl, credential, clock, fetch }
  const resolutions = resolutionsOf(config, containerUrl, 'Storage Blob Data Contributor')
  const host = new URL(containerUrl).host
  const look = async (): Promise<Finding> => {
    const now = clock.now()
    const last = await findNewest(container, now)
    const since = last ?? (await lastModifiedOf(container))
    const age = secondsUntil(now, since) / 3600
    const detail = last
      ? `the last one began ${age.toFixed(1)} h ago`
      : `none is complete in this container, which is ${age.toFixed(1)} h old`
    if (age > hours + backupGraceHours)
      return {
        ok: false,
        detail: `${detail} ${page}`,
        resolution: 'npm run backup -- --settings <settings file>',
      }
    return { ok: true, detail: last ? detail : `${detail}; the timer makes one within the hour` }
  }
  return [await runCheck({ name: 'backup', clock, resolutions, host }, () => orMissing(look))]
}

/**
 * When the newest complete backup began. First, only the days are listed whose backups are young enough: a container
 * can have many thousands of blobs. A time later than now is one of a clock that was wrong.
 */
async function findNewest(container: ContainerDependencies, now: Date): Promise<Date | undefined> {
  const days = [0, 1, 2].map((back) => toNameTime(addSeconds(now, -back * secondsOfDay)).slice(0, 9))
  for (const prefix of [...days, '']) {
    const starts = (await listBackups(container, prefix)).map(startOfBackup)
    const newest = starts.findLast((at) => at !== undefined && at <= now)
    if (newest) return newest
  }
  return undefined
}

async function lastModifiedOf(container: ContainerDependencies): Promise<Date> {
  const answer = await callContainer(container, { method: 'GET', query: '?restype=container' })
  return new Date(answer.headers.get('last-modified') ?? 0)
}

/** A container that is gone has a fix of its own; neither a role nor a firewall is at fault. */
async function orMissing(look: () => Promise<Finding>): Promise<Finding> {
  return look().catch((error: unknown) => {
    if (!(error instanceof StorageUnavailableError) || error.status !== 404) throw error
    const resolution =
      'Undelete the container, or deploy the template again (docs/recovery.md#backups-by-the-template)'
    return { ok: false, detail: `${codeAndStatus(error)} ${page}`, resolution }
  })
}
