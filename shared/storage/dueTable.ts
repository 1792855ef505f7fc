import { odata, type TransactionAction } from '@azure/data-tables'
import type { DueIndex, DueRow } from '../domain/due.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import type { Tables } from './clients.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

/** Number of partitions. Each holds a thirty-second of the tenants and takes 2,000 writes a second. */
const shardCount = 32

/** Keeps due rows sorted by time within each shard, so a query for due rows reads nothing else. */
export function createDueTable({ RefreshDue: table }: Pick<Tables, 'RefreshDue'>): DueIndex {
  const insert: DueIndex['insert'] = async (row) => {
    await runStorageOperation('tables', () => table.upsertEntity(entityOf(row), 'Merge'))
  }
  return {
    shardCount,
    insert,
    async remove(row) {
      const { partitionKey, rowKey } = keysOf(row)
      await onRow(() => table.deleteEntity(partitionKey, rowKey), { absent: undefined })
    },
    async move(from, to) {
      const actions: TransactionAction[] = [
        ['delete', keysOf(from)],
        ['upsert', entityOf(to), 'Merge'],
      ]
      const moved = await onRow(() => table.submitTransaction(actions), { absent: 'absent' })
      if (moved === 'absent') await insert(to)
    },
    async *due(shard, until) {
      const filter = odata`PartitionKey eq ${partitionOf(shard)} and RowKey lt ${sortableTime(new Date(until.getTime() + 1))}`
      const pages = table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: 1000 })
      for (;;) {
        const { done, value } = await runStorageOperation('tables', () => pages.next())
        if (done) return
        yield value.map(toDueRow)
      }
    },
  }
}

function keysOf(row: DueRow): { partitionKey: string; rowKey: string } {
  const key = tenantKey(row)
  const shard = Number.parseInt(key.slice(0, 4), 16) % shardCount
  return { partitionKey: partitionOf(shard), rowKey: `${sortableTime(row.dueAt)}_${key}` }
}

function entityOf(row: DueRow) {
  const { workspace, tenant, environment, identityProvider, dueAt } = row
  return { ...keysOf(row), workspace, tenant, environment, identityProvider, dueAt }
}

function partitionOf(shard: number): string {
  return String(shard).padStart(2, '0')
}

function sortableTime(time: Date): string {
  return time.toISOString().replaceAll(/[-:]/g, '')
}

function toDueRow(entity: Record<string, unknown>): DueRow {
  return {
    workspace: String(entity.workspace),
    tenant: String(entity.tenant),
    environment: entity.environment as Environment,
    identityProvider: entity.identityProvider as IdentityProvider,
    dueAt: new Date(entity.dueAt as string),
  }
}
