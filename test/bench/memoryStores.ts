import type { DueIndex, DueRow } from '../../shared/domain/due.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'
import type { TenantGround } from './tenants.ts'

const shardCount = 32
const pageSize = 1000

/**
 * Stores in memory that cost next to nothing at any size: the simulator's tenants, and a due index whose query sorts
 * one shard, but the simulator's reads every row for each page.
 */
export function createMemoryStores(): TenantGround {
  return { tenants: createModelTenantStore(), due: createDueIndex() }
}

function createDueIndex(): DueIndex {
  const shards = Array.from({ length: shardCount }, () => new Map<string, DueRow>())
  const shardOf = (row: DueRow) => shards[Number.parseInt(tenantKey(row).slice(0, 4), 16) % shardCount]
  const keyOf = ({ tenant, dueAt }: DueRow) => `${dueAt.getTime()}_${tenant}`
  return {
    shardCount,
    insert: async (row) => void shardOf(row)?.set(keyOf(row), row),
    remove: async (row) => void shardOf(row)?.delete(keyOf(row)),
    move: async (from, to) => {
      shardOf(from)?.delete(keyOf(from))
      shardOf(to)?.set(keyOf(to), to)
    },
    async *due(shard, until) {
      const rows = [...(shards[shard]?.values() ?? [])].filter(({ dueAt }) => dueAt <= until)
      rows.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
      for (let from = 0; from < rows.length; from += pageSize) yield rows.slice(from, from + pageSize)
    },
  }
}
