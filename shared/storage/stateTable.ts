import { odata } from '@azure/data-tables'
import type { Clock } from '../clock.ts'
import { type EnvironmentHold, type EnvironmentStates, withPlausibleEnd } from '../domain/holds.ts'
import { parseReason } from '../domain/reasons.ts'
import type { CompletedSweep, SweepReports } from '../domain/sweepReports.ts'
import type { Registration } from '../environment.ts'
import type { Tables } from './clients.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

/** A process reads an environment's row at most this often. */
const cacheMilliseconds = 5000

/** Stores the state of the whole broker: holds on environments, and the last sweep. */
export function createStateTable(
  { BrokerState: table }: Pick<Tables, 'BrokerState'>,
  clock: Clock,
): { environments: EnvironmentStates; sweeps: SweepReports } {
  const known = new Map<string, { hold: EnvironmentHold | undefined; readAt: number }>()
  const remember = (key: string, hold: EnvironmentHold | undefined) => {
    known.set(key, { hold, readAt: clock.now().getTime() })
    return hold
  }
  const readPlausible = async (key: string) => {
    const found = await readHold(table, key)
    return found && { ...found, value: withPlausibleEnd(found.value, clock.now()) }
  }
  const environments: EnvironmentStates = {
    async read(registration) {
      const key = keyOf(registration)
      const cached = known.get(key)
      if (cached && Math.abs(clock.now().getTime() - cached.readAt) < cacheMilliseconds) return cached.hold
      return remember(key, (await readPlausible(key))?.value)
    },
    async placeHold(hold) {
      const key = keyOf(hold)
      await writeRow(table, 'hold', key, hold)
      remember(key, hold)
    },
    async reserveProbe(hold, until) {
      const key = keyOf(hold)
      const found = await readPlausible(key)
      if (!found || found.value.until > clock.now()) return remember(key, found?.value)
      const claimed = { ...found.value, until }
      if (await replaceRow(table, 'hold', key, claimed, found.etag)) {
        remember(key, claimed)
        return undefined
      }
      return remember(key, (await readPlausible(key))?.value)
    },
    async release(registration) {
      const key = keyOf(registration)
      const hold = await environments.read(registration)
      if (!hold) return false
      await removeRow(table, 'hold', key)
      remember(key, undefined)
      return true
    },
  }
  return {
    environments,
    sweeps: {
      write: (report, endedAt, shard) =>
        writeRow(table, 'sweep', shard === undefined ? 'last' : `shard:${shard}`, { report, endedAt }),
      read: () => readRow(table, 'sweep', 'last'),
      readShards: () =>
        runStorageOperation('tables', async () => {
          const filter = odata`PartitionKey eq ${'sweep'} and RowKey ge ${'shard:'} and RowKey lt ${'shard;'}`
          const ended: CompletedSweep[] = []
          for await (const { value } of table.listEntities<{ value: string }>({ queryOptions: { filter } }))
            ended.push(parseRow(value))
          return ended
        }),
    },
  }
}

function keyOf({ environment, identityProvider }: Registration): string {
  return `${environment}:${identityProvider}`
}

async function writeRow(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
  value: object,
): Promise<void> {
  await runStorageOperation('tables', () =>
    table.upsertEntity({ partitionKey, rowKey, value: JSON.stringify(value) }, 'Replace'),
  )
}

/** Whether the row still had that ETag. */
function replaceRow(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
  value: object,
  etag: string,
): Promise<boolean> {
  return onRow(
    async () => {
      await table.updateEntity({ partitionKey, rowKey, value: JSON.stringify(value) }, 'Replace', { etag })
      return true
    },
    { absent: false, changed: false },
  )
}

async function removeRow(table: Tables['BrokerState'], partitionKey: string, rowKey: string): Promise<void> {
  await onRow(() => table.deleteEntity(partitionKey, rowKey), { absent: undefined })
}

/** Reads a hold; a reason from another version is unknown to this one. */
async function readHold(table: Tables['BrokerState'], key: string) {
  const found = await readRowWithTag<EnvironmentHold>(table, 'hold', key)
  if (!found) return undefined
  const { value, etag } = found
  return { value: { ...value, reason: parseReason(value.reason) }, etag }
}

async function readRow<T>(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
): Promise<T | undefined> {
  return (await readRowWithTag<T>(table, partitionKey, rowKey))?.value
}

function readRowWithTag<T>(
  table: Tables['BrokerState'],
  partitionKey: string,
  rowKey: string,
): Promise<{ readonly value: T; readonly etag: string } | undefined> {
  return onRow(
    async () => {
      const { value, etag } = await table.getEntity<{ value: string }>(partitionKey, rowKey)
      return { value: parseRow<T>(value), etag }
    },
    { absent: undefined },
  )
}

function parseRow<T>(value: string): T {
  return JSON.parse(value, (key, v) =>
    /(At|since|until)$/.test(key) && key !== 'startedAt' ? new Date(v) : v,
  ) as T
}
