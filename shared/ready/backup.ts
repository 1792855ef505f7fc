import { secondsUntil } from '../clock.ts'
import { backupGraceHours, backupNote, type LastBackup } from '../operations/backUpWhenDue.ts'
import { type Finding, type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { resolutionsOf } from './resolutions.ts'

/** Checks whether the timer's last backup is old. Without a container for backups, there is nothing to check. */
export async function checkBackup({
  clock,
  config,
  notes,
}: Pick<ReadyDependencies, 'clock' | 'config' | 'notes'>): Promise<ReadinessCheck[]> {
  const { containerUrl, hours } = config.backup
  if (!containerUrl) return []
  const resolutions = resolutionsOf(config, config.tables.endpoint, 'Storage Table Data Contributor')
  const look = async (): Promise<Finding> => {
    const last = await notes.read<LastBackup>(...backupNote)
    if (last?.containerUrl !== containerUrl)
      return { ok: true, detail: 'none in this container yet; the timer makes one within the hour' }
    const age = secondsUntil(clock.now(), new Date(last.startedAt)) / 3600
    const detail = `the last one began ${age.toFixed(1)} h ago`
    if (age <= hours + backupGraceHours) return { ok: true, detail }
    return {
      ok: false,
      detail: `${detail} (docs/runbooks/backup-missing.md)`,
      resolution: 'npm run backup -- --settings <settings file>',
    }
  }
  return [await runCheck({ name: 'backup', clock, resolutions }, look)]
}
