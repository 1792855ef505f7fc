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
  const listed = await readListed(tables, names)
  return names.filter((name) => !listed.has(tenantKey(name)))
}

/** A tenant's row of the listing. */
export interface ListingRow {
  readonly summary?: unknown
  readonly etag: string
}

/** The listing's rows of these tenants, by their keys, with the same queries. */
export async function readListed(
  tables: Pick<Tables, 'TenantsByWorkspace'>,
  names: readonly TenantName[],
): Promise<ReadonlyMap<string, ListingRow>> {
  const groups = [...Map.groupBy(names, (name) => workspaceIndexEntity(name).partitionKey)]
  const listed = await pMap(
    groups,
    ([partition, group]) => readRange(tables, partition, group.map(tenantKey)),
    { concurrency: queriesAtOnce },
  )
  return new Map(listed.flat())
}

async function readRange(
  { TenantsByWorkspace: index }: Pick<Tables, 'TenantsByWorkspace'>,
  partition: string,
  keys: readonly string[],
): Promise<[string, ListingRow][]> {
  const sorted = keys.toSorted()
  const range = odata`RowKey ge ${sorted[0]} and RowKey le ${sorted.at(-1)}`
  const filter = `${odata`PartitionKey eq ${partition}`} and ${range}`
  return runStorageOperation('tables', async () => {
    const listed: [string, ListingRow][] = []
    // Without `select`, for the ETags: the rows are short.
    for await (const { etag, rowKey, summary } of index.listEntities({ queryOptions: { filter } }))
      if (rowKey) listed.push([rowKey, { summary, etag }])
    return listed
  })
}
