import type { TenantName } from '../tenants/tenant.ts'
import type { Tables } from './clients.ts'
import { tenantRowKey } from './tenantEntity.ts'
import { guarded } from './unavailable.ts'

/** One line of the listing: where its tenant's row is. */
interface IndexLine {
  /** The tenant's partition key. */
  readonly rowKey: string
}

/** How many tenants the listing names; keys only are read. */
export async function countTenants({
  TenantsByWorkspace: index,
}: Pick<Tables, 'TenantsByWorkspace'>): Promise<number> {
  let count = 0
  await guarded('tables', async () => {
    for await (const page of index.listEntities({ queryOptions: { select: ['rowKey'] } }).byPage())
      count += page.length
  })
  return count
}

/** Every tenant of every workspace, streamed, in no particular order; memory stays flat. */
export async function* walkTenants(
  tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
): AsyncGenerator<TenantName> {
  const lines = tables.TenantsByWorkspace.listEntities<IndexLine>({ queryOptions: { select: ['rowKey'] } })
  const pages = lines.byPage({ maxPageSize: 1000 })
  for (;;) {
    const { done, value } = await guarded('tables', () => pages.next())
    if (done) return
    for (const { rowKey } of value) {
      const name = rowKey && (await readName(tables, rowKey))
      if (name) yield name
    }
  }
}

/** A listing's line without a tenant is passed over. */
function readName({ Tenants: table }: Pick<Tables, 'Tenants'>, key: string): Promise<TenantName | undefined> {
  return guarded<TenantName | undefined>(
    'tables',
    async () => {
      const select = ['workspace', 'tenant']
      const row = await table.getEntity<TenantName & object>(key, tenantRowKey, { queryOptions: { select } })
      return { workspace: String(row.workspace), tenant: String(row.tenant) }
    },
    (status) => (status === 404 ? { value: undefined } : undefined),
  )
}
