import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import pMap from 'p-map'
import type { Clock, Randomness } from '../clock.ts'
import type { Log } from '../domain/logEvents.ts'
import type { Tables } from '../storage/clients.ts'
import { readSavedPages } from '../storage/savedPages.ts'
import { toNameTime } from './backupName.ts'
import { type Manifest, manifestName, type Part, passingPartitions, type SavedTable } from './manifest.ts'

/** Takes new blobs. */
export interface BackupSink {
  /** Adds a blob. It's there already only if an earlier attempt's answer was lost. */
  add(name: string, content: Uint8Array): Promise<void>
}

/** Dependencies of a backup. */
export interface SaveDependencies {
  readonly tables: Pick<Tables, SavedTable>
  readonly sink: BackupSink
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}

/** Tenant keys are hexadecimal; each first digit is a range. Other tables are one range. */
const ranges: readonly (readonly [SavedTable, string])[] = [
  ['BrokerState', ''],
  ...[...'0123456789abcdef'].map((digit) => ['Tenants', digit] as const),
]
/** Ranges at once: each holds a page of 1,000 rows and a part in memory. */
const concurrency = 4
/** Characters of one part before compression. */
const partCharacters = 4_194_304

/**
 * Copies the tables to a new backup, range by range with bounded memory. What is sealed stays sealed. The manifest is
 * added last, so a backup that ended early has none.
 * @returns the backup's name, which begins with the time: names sort by age.
 */
export async function saveTables(dependencies: SaveDependencies): Promise<string> {
  const { clock, log, randomness, sink } = dependencies
  const startedAt = clock.now()
  const name = `${toNameTime(startedAt)}-${randomness.identifier().slice(0, 12)}`
  const parts = await pMap(ranges, (range) => saveRange(dependencies, name, range), { concurrency })
  const endedAt = clock.now()
  const manifest: Manifest = {
    format: 1,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    parts: parts.flat(),
  }
  await sink.add(`${name}/${manifestName}`, Buffer.from(JSON.stringify(manifest)))
  log('backup.ended', {
    rows: sumOf(manifest.parts, 'rows'),
    bytes: sumOf(manifest.parts, 'bytes'),
    durationSeconds: Math.round((endedAt.getTime() - startedAt.getTime()) / 1000),
  })
  return name
}

function sumOf(parts: readonly Part[], what: 'rows' | 'bytes'): number {
  return parts.reduce((sum, part) => sum + part[what], 0)
}

async function saveRange(
  { tables, sink }: SaveDependencies,
  backup: string,
  [table, digit]: (typeof ranges)[number],
): Promise<Part[]> {
  const range = digit ? `${table}-${digit}` : table
  const parts: Part[] = []
  let lines: string[] = []
  let characters = 0
  const flush = async () => {
    const content = await promisify(gzip)(`${lines.join('\n')}\n`)
    const name = `${range}-${String(parts.length + 1).padStart(6, '0')}.jsonl.gz`
    await sink.add(`${backup}/${name}`, content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    parts.push({ name, table, range, rows: lines.length, bytes: content.length, sha256 })
    lines = []
    characters = 0
  }
  for await (const page of readSavedPages(tables[table], digit))
    for (const row of page) {
      if (table === 'BrokerState' && passingPartitions.has(row.partitionKey)) continue
      const line = JSON.stringify(row)
      lines.push(line)
      characters += line.length
      if (characters >= partCharacters) await flush()
    }
  if (lines.length > 0) await flush()
  return parts
}
