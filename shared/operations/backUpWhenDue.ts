import type { Config } from '../config.ts'
import { type ContainerDependencies, createBackupSink } from '../storage/blobContainer.ts'
import { type SaveDependencies, saveTables } from './saveTables.ts'

/** Dependencies of the backup timer. */
export interface BackUpDependencies extends Omit<SaveDependencies, 'sink'> {
  readonly config: Pick<Config, 'backup'>
  readonly credential: ContainerDependencies['credential']
}

/** Makes a backup if a container is named and this hour of the day, in UTC, is one of `BACKUP_HOURS`. */
export async function backUpWhenDue(dependencies: BackUpDependencies): Promise<string | undefined> {
  const { clock, config } = dependencies
  const { containerUrl, hours } = config.backup
  if (!containerUrl || clock.now().getUTCHours() % hours !== 0) return undefined
  return backUp(dependencies, containerUrl)
}

/** Makes a backup now. @returns its name. */
export function backUp(dependencies: BackUpDependencies, containerUrl: string): Promise<string> {
  const { clock, credential } = dependencies
  const sink = createBackupSink({ containerUrl, credential, clock, fetch })
  return saveTables({ ...dependencies, sink })
}
