import type { Config } from '../config.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { type ContainerDependencies, createBackupSink } from '../storage/blobContainer.ts'
import { type SaveDependencies, saveTables } from './saveTables.ts'

/** Dependencies of a backup. */
export interface BackUpDependencies extends Omit<SaveDependencies, 'sink'> {
  readonly credential: ContainerDependencies['credential']
}

/** Dependencies of the backup timer. */
export interface BackUpTimerDependencies extends BackUpDependencies {
  readonly config: Pick<Config, 'backup'>
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
}

/** The timer's last complete backup. */
export interface LastBackup {
  readonly containerUrl: string
  /** When it began, in ISO 8601. */
  readonly startedAt: string
}

/** Where the timer's last complete backup is among the broker's notes. */
export const backupNote = ['backup', 'last'] as const

/** A backup that fails is repeated an hour later. Another hour after that, it's missing (`infra/modules/alerts.bicep`). */
export const backupGraceHours = 2

/**
 * Makes a backup if a container is named and has none of the timer's since the last hour of the day, in UTC, that is one
 * of `BACKUP_HOURS`. So one that failed is made up for an hour later, and a new container gets its first one at once.
 * What storage or the identity refuses is logged, not thrown.
 * @returns the backup's name; undefined if none was made.
 */
export async function backUpWhenDue(dependencies: BackUpTimerDependencies): Promise<string | undefined> {
  try {
    return await backUpSince(dependencies)
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error
    const { code, service, status } = error
    dependencies.log('backup.failed', { service, status, code })
    return undefined
  }
}

async function backUpSince(dependencies: BackUpTimerDependencies): Promise<string | undefined> {
  const { clock, config, notes } = dependencies
  const { containerUrl, hours } = config.backup
  if (!containerUrl) return undefined
  const now = clock.now()
  const last = await notes.read<LastBackup>(...backupNote)
  if (last?.containerUrl === containerUrl && isSince(dueAt(now, hours), last, now)) return undefined
  const name = await backUp(dependencies, containerUrl)
  const made: LastBackup = { containerUrl, startedAt: now.toISOString() }
  await notes.write(...backupNote, made)
  return name
}

/** When the newest backup was due. */
function dueAt(now: Date, hours: number): Date {
  const hour = now.getUTCHours()
  return new Date(new Date(now).setUTCHours(hour - (hour % hours), 0, 0, 0))
}

/** A time later than now is one of a clock that was wrong. */
function isSince(due: Date, { startedAt }: LastBackup, now: Date): boolean {
  const at = new Date(startedAt)
  return at >= due && at <= now
}

/** Makes a backup now. @returns its name. */
export function backUp(dependencies: BackUpDependencies, containerUrl: string): Promise<string> {
  const { clock, credential } = dependencies
  const sink = createBackupSink({ containerUrl, credential, clock, fetch })
  return saveTables({ ...dependencies, sink })
}
