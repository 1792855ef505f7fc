import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { listBackups } from '../../shared/operations/listBackups.ts'
import { type Manifest, manifestName, type Part } from '../../shared/operations/manifest.ts'
import { type ContainerDependencies, callContainer } from '../../shared/storage/blobContainer.ts'
import type { SavedRow } from '../../shared/storage/savedRow.ts'
import { manifestSchema } from './manifestSchema.ts'

/** A backup can't be restored as it is; nothing was written. */
export class BackupError extends Error {}

/** A backup that is complete: its manifest, and where it is. */
export interface Backup {
  readonly name: string
  readonly manifest: Manifest
  readonly container: ContainerDependencies
}

/**
 * Opens a complete backup.
 * @param name default is the newest one that has a manifest.
 * @throws BackupError if there is none, or if its manifest is cut off.
 */
export async function openBackup(container: ContainerDependencies, name?: string): Promise<Backup> {
  const found = name ?? (await listBackups(container)).at(-1)
  if (!found) throw new BackupError('The container has no complete backup.')
  const blob = `${found}/${manifestName}`
  const answer = await callContainer(container, { method: 'GET', blob, accepted: [404] })
  if (answer.status === 404)
    throw new BackupError(`${found} has no manifest: it never ended, or there is no such backup.`)
  try {
    return { name: found, container, manifest: manifestSchema.parse(JSON.parse(await answer.text())) }
  } catch {
    throw new BackupError(`The manifest of ${found} can’t be read.`)
  }
}

/**
 * Reads one part, whole.
 * @throws BackupError if a single byte differs from what was written.
 */
export async function readPart({ container, name }: Backup, part: Part): Promise<SavedRow[]> {
  const blob = `${name}/${part.name}`
  const answer = await callContainer(container, { method: 'GET', blob, accepted: [404] })
  const content = Buffer.from(await answer.arrayBuffer())
  const sum = createHash('sha256').update(content).digest('hex')
  if (answer.status === 404 || content.length !== part.bytes || sum !== part.sha256)
    throw new BackupError(`${blob} is missing or damaged, so nothing was restored. Use another backup.`)
  const lines = (await promisify(gunzip)(content)).toString().split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as SavedRow)
}

/** Reads all of a backup, so that a damaged one is refused before anything is written. @throws BackupError */
export async function verifyBackup(backup: Backup): Promise<void> {
  for (const part of backup.manifest.parts) await readPart(backup, part)
}

/** The rows of each partition of a table, partition by partition, with the memory of one part and one partition. */
export async function* readPartitions(backup: Backup, table: Part['table']): AsyncGenerator<SavedRow[]> {
  const parts = backup.manifest.parts.filter((part) => part.table === table)
  let rows: SavedRow[] = []
  for (const part of parts)
    for (const row of await readPart(backup, part)) {
      if (rows.length > 0 && rows[0]?.partitionKey !== row.partitionKey) {
        yield rows
        rows = []
      }
      rows.push(row)
    }
  if (rows.length > 0) yield rows
}
