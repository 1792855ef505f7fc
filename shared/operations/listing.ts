import pMap from 'p-map'
import type { TenantName } from '../domain/tenant.ts'
import type { Tables } from '../storage/clients.ts'
import { tenantRowKey } from '../storage/tenantEntity.ts'
import { readTenantRows } from '../storage/tenantRows.ts'
import { onRow, runStorageOperation } from '../storage/unavailable.ts'
import { findUnlisted } from '../storage/unlisted.ts'

/** A row of the listing whose tenant has no row. */
export interface Stranger {
  readonly partitionKey: string
  readonly rowKey: string
  readonly tenant: string
  readonly etag: string
}

/** Where the listing and the tenants' rows differ. Several are told at once. */
export interface ListingFaults {
  /** Called for each tenant that the listing lacks. */
  readonly onUnlisted: (name: TenantName) => Promise<void> | void
  /** Called for each row of the listing without a tenant. */
  readonly onStranger: (stranger: Stranger) => Promise<void> | void
}

type ListingTables = Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>

/** Reads, and what is done about a fault: an entity each, below the 2,000 a second of a partition. */
const concurrency = 16

/**
 * Compares the listing with the tenants' rows, in both directions, with constant memory. Strangers are searched for
 * only if the numbers of rows leave room for one, because that costs a read for each row of the listing.
 * @returns the number of tenants.
 */
export async function compareListing(tables: ListingTables, faults: ListingFaults): Promise<number> {
  let [tenants, listed] = [0, 0]
  for await (const { rows } of readTenantRows(tables)) {
    const names = rows.flatMap(({ name }) => name ?? [])
    const unlisted = await findUnlisted(tables, names)
    await pMap(unlisted, async (name) => faults.onUnlisted(name), { concurrency })
    tenants += rows.length
    listed += names.length - unlisted.length
  }
  if ((await countListing(tables)) !== listed) await findStrangers(tables, faults)
  return tenants
}

async function countListing({ TenantsByWorkspace: index }: ListingTables): Promise<number> {
  return runStorageOperation('tables', async () => {
    let count = 0
    const rows = index.listEntities({ queryOptions: { select: ['rowKey'] } })
    for await (const page of rows.byPage()) count += page.length
    return count
  })
}

async function findStrangers(tables: ListingTables, { onStranger }: ListingFaults): Promise<void> {
  const rows = tables.TenantsByWorkspace.listEntities<{ tenant: string }>()
  const pages = rows.byPage({ maxPageSize: 1000 })
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return
    const found = await pMap(value, async (row) => ((await hasRow(tables, row.rowKey)) ? [] : [row]), {
      concurrency,
    })
    await pMap(
      found.flat(),
      async ({ etag, partitionKey = '', rowKey = '', tenant }) =>
        onStranger({ partitionKey, rowKey, tenant: String(tenant), etag }),
      { concurrency },
    )
  }
}

function hasRow({ Tenants: table }: ListingTables, key = ''): Promise<boolean> {
  return onRow(
    async () => {
      await table.getEntity(key, tenantRowKey, { queryOptions: { select: ['rowKey'] } })
      return true
    },
    { absent: false },
  )
}
