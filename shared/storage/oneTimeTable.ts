import { createHash } from 'node:crypto'
import { odata } from '@azure/data-tables'
import { randomText } from '../access/randomText.ts'
import type { OneTimeKind, OneTimeRecords } from '../domain/oneTime.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Tables } from './clients.ts'
import { readJson } from './tenantRow.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

const hourMilliseconds = 3_600_000

/** More processes than can change one record at the same moment. */
const maxTries = 8

/** The most changes in an entity-group transaction (table-service-error-codes, InvalidInput). */
const transactionSize = 100

/** The most rows that a sweep removes: at most a minute's work. The next sweep continues. */
const maxRemoved = 5000

/**
 * Stores records that are spent once: connect sessions, sign-ins. The identifier contains the hour of expiry, which is
 * the partition; the row is found by the identifier's hash, so a reader of the table can't spend it.
 */
export function createOneTimeTable({ SignIns: table }: Pick<Tables, 'SignIns'>): OneTimeRecords {
  const find = (kind: string, id: string) => {
    const keys = keysOf(kind, id)
    return keys && readRow(table, keys)
  }
  return {
    async issue(kind, value, expiresAt) {
      const hour = Math.floor(expiresAt.getTime() / hourMilliseconds)
      const id = `${hour.toString(36)}.${randomText(32)}`
      const keys = keysOf(kind, id)
      if (!keys) throw new Error('a fresh identifier is well-formed')
      // The identifier is random: a row that is there already is this one, whose first answer was lost.
      await onRow(() => table.createEntity({ ...keys, kind, expiresAt, value: JSON.stringify(value) }), {
        taken: undefined,
      })
      return id
    },
    async put(kind, id, value, expiresAt) {
      const keys = keysOf(kind, id)
      if (!keys) throw new Error('a kept record stands beside an issued one')
      const row = { ...keys, kind, expiresAt, value: JSON.stringify(value) }
      await runStorageOperation('tables', () => table.upsertEntity(row, 'Merge'))
    },
    async read(kind, id, now) {
      const row = await find(kind, id)
      return row && now < row.expiresAt ? row.value : undefined
    },
    async change<T extends object>(
      { kind, id, now }: { kind: OneTimeKind; id: string; now: Date },
      change: (value: T) => T | undefined,
    ) {
      for (let tries = 0; tries < maxTries; tries++) {
        const row = await find(kind, id)
        const next = row && now < row.expiresAt ? change(row.value) : undefined
        if (!row || !next) return undefined
        const { partitionKey, rowKey, etag, expiresAt } = row
        const entity = { partitionKey, rowKey, kind, expiresAt, value: JSON.stringify(next) }
        const replaced = await onRow(
          async () => {
            await table.updateEntity(entity, 'Merge', { etag })
            return true
          },
          { absent: false, changed: false },
        )
        if (replaced) return next
      }
      throw new StorageUnavailableError('tables', 412, 'UpdateConditionNotSatisfied')
    },
    async take(kind, id, now) {
      const row = await find(kind, id)
      if (!row || now >= row.expiresAt) return undefined
      const spent = await onRow(
        async () => {
          await table.deleteEntity(row.partitionKey, row.rowKey, { etag: row.etag })
          return true
        },
        { absent: false, changed: false },
      )
      return spent ? row.value : undefined
    },
    async removeExpired(now, before = async () => {}) {
      const filter = odata`PartitionKey lt ${partitionOf(Math.floor(now.getTime() / hourMilliseconds))}`
      const queryOptions = { filter, select: ['partitionKey', 'rowKey', 'kind', 'value'] }
      let removed = 0
      const pages = table
        .listEntities<StoredRecord>({ queryOptions })
        .byPage({ maxPageSize: transactionSize })
      await runStorageOperation('tables', async () => {
        for await (const page of pages) {
          await before(page.map(({ kind, value }) => ({ kind, value: readJson(value) })))
          for (const rows of byPartition(page as Keys[])) removed += await removeAll(table, rows)
          if (removed >= maxRemoved) return
        }
      })
      return removed
    },
  }
}

function byPartition(rows: readonly Keys[]): Keys[][] {
  return [...Map.groupBy(rows, ({ partitionKey }) => partitionKey).values()]
}

/** Deletes rows of one partition. If another sweep deletes them at the same time, it finishes the work. */
async function removeAll(table: Tables['SignIns'], rows: readonly Keys[]): Promise<number> {
  return onRow(
    async () => {
      await table.submitTransaction(
        rows.map(({ partitionKey, rowKey }) => ['delete', { partitionKey, rowKey }]),
      )
      return rows.length
    },
    { absent: 0 },
  )
}

interface Keys {
  readonly partitionKey: string
  readonly rowKey: string
}

interface StoredRecord {
  readonly kind: OneTimeKind
  readonly value: string
}

/** Undefined for an identifier that the broker can't have issued. An earlier version issued base64url. */
function keysOf(kind: string, id: string): Keys | undefined {
  const hour = /^([0-9a-z]{1,6})\.[\w-]{32}$/.exec(id)?.[1]
  if (!hour) return undefined
  const rowKey = createHash('sha256').update(`${kind}:${id}`).digest('hex')
  return { partitionKey: partitionOf(Number.parseInt(hour, 36)), rowKey }
}

function partitionOf(hour: number): string {
  return new Date(hour * hourMilliseconds).toISOString().slice(0, 13).replace('T', '-')
}

async function readRow(table: Tables['SignIns'], { partitionKey, rowKey }: Keys) {
  return onRow(
    async () => {
      const row = await table.getEntity<{ value: string; expiresAt: Date }>(partitionKey, rowKey)
      return {
        partitionKey,
        rowKey,
        etag: row.etag,
        value: JSON.parse(row.value),
        expiresAt: new Date(row.expiresAt),
      }
    },
    { absent: undefined },
  )
}
