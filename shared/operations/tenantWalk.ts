import pMap from 'p-map'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { ListedTenant, TenantPages } from '../domain/tenantPages.ts'
import type { Tables } from '../storage/clients.ts'
import { tenantRowKey } from '../storage/tenantEntity.ts'
import { onRow, runStorageOperation } from '../storage/unavailable.ts'

/** An entry of the list: the place of its tenant's row. */
interface IndexLine {
  /** The tenant's partition key. */
  readonly rowKey: string
}

/** The number of tenants in the list; reads only keys. */
export async function countTenants({
  TenantsByWorkspace: index,
}: Pick<Tables, 'TenantsByWorkspace'>): Promise<number> {
  let count = 0
  await runStorageOperation('tables', async () => {
    for await (const page of index.listEntities({ queryOptions: { select: ['rowKey'] } }).byPage())
      count += page.length
  })
  return count
}

/** Every tenant of every workspace, streamed, in no particular order, with constant memory. */
export async function* walkTenants(
  tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
): AsyncGenerator<TenantName> {
  const lines = tables.TenantsByWorkspace.listEntities<IndexLine>({ queryOptions: { select: ['rowKey'] } })
  const pages = lines.byPage({ maxPageSize: 1000 })
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return
    for (const { rowKey } of value) {
      const listed = rowKey && (await readListed(tables, rowKey))
      if (listed) yield { workspace: listed.workspace, tenant: listed.tenant }
    }
  }
}

/**
 * The number of tenants that each sweep checks besides its own work. A million tenants take four weeks with a sweep
 * every two minutes.
 */
const auditPageSize = 50
const auditConcurrency = 10

/** Creates the pages of the audit, with each tenant's name, due time, and whether a disconnect must be finished. */
export function createTenantPages(tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>): TenantPages {
  return {
    async read(continuationToken) {
      const lines = tables.TenantsByWorkspace.listEntities<IndexLine>({
        queryOptions: { select: ['rowKey'] },
      })
      const pages = lines.byPage({
        maxPageSize: auditPageSize,
        ...(continuationToken && { continuationToken }),
      })
      const { done, value } = await runStorageOperation('tables', () => pages.next())
      if (done) return { tenants: [] }
      const keys = value.flatMap(({ rowKey }) => rowKey ?? [])
      const rows = await pMap(keys, (key) => readListed(tables, key), { concurrency: auditConcurrency })
      const tenants = rows.filter((row) => row !== undefined)
      return { tenants, ...(value.continuationToken && { next: value.continuationToken }) }
    },
  }
}

interface ListedColumns extends TenantName {
  readonly dueAt?: Date
  readonly leftovers?: string
  readonly uncommittedSecrets?: string
  readonly disconnectMarkOwed?: boolean
}

/** An entry without a tenant is skipped. */
function readListed(
  { Tenants: table }: Pick<Tables, 'Tenants'>,
  key: string,
): Promise<ListedTenant | undefined> {
  return onRow(
    async () => {
      const owed = ['leftovers', 'uncommittedSecrets', 'disconnectMarkOwed'] as const
      const select = ['workspace', 'tenant', 'dueAt', ...owed]
      const row = await table.getEntity<ListedColumns>(key, tenantRowKey, {
        queryOptions: { select },
      })
      const { workspace, tenant, dueAt } = row
      // A row without its tenant's name can't be walked; the list and a disconnect still find it by name.
      if (typeof workspace !== 'string' || typeof tenant !== 'string') return undefined
      if (tenantKey({ workspace, tenant }) !== key) return undefined
      if (dueAt) return { workspace, tenant, dueAt: new Date(dueAt) }
      return { workspace, tenant, ...(owed.some((column) => row[column]) && { isEnding: true }) }
    },
    { absent: undefined },
  )
}
