import { odata } from '@azure/data-tables'
import pMap from 'p-map'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Tables } from './clients.ts'
import { runStorageOperation } from './unavailable.ts'
import { workspaceIndexEntity } from './workspaceIndex.ts'

const queriesAtOnce = 10

/**
 * Finds the tenants that the listing lacks. One query for each workspace and bucket among them, over the range of their
 * keys: tenants in the order of their keys share a bucket, so a page of a large table costs a query or two.
 */
export async function findUnlisted(
  tables: Pick<Tables, 'TenantsByWorkspace'>,
  names: readonly TenantName[],
): Promise<TenantName[]> {
  const groups = [...Map.groupBy(names, (name) => workspaceIndexEntity(name).partitionKey)]
  const missing = await pMap(
    groups,
    async ([partition, group]) => {
      const listed = await readListed(tables, partition, group.map(tenantKey))
      return group.filter((name) => !listed.has(tenantKey(name)))
    },
    { concurrency: queriesAtOnce },
  )
  return missing.flat()
}

async function readListed(
  { TenantsByWorkspace: index }: Pick<Tables, 'TenantsByWorkspace'>,
  partition: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const sorted = keys.toSorted()
  const range = odata`RowKey ge ${sorted[0]} and RowKey le ${sorted.at(-1)}`
  const filter = `${odata`PartitionKey eq ${partition}`} and ${range}`
  return runStorageOperation('tables', async () => {
    const listed = new Set<string>()
    for await (const { rowKey } of index.listEntities({ queryOptions: { filter, select: ['rowKey'] } }))
      if (rowKey) listed.add(rowKey)
    return listed
  })
}
