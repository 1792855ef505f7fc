import type { TenantName } from '../domain/tenant.ts'
import type { ListedTenant, TenantPages } from '../domain/tenantPages.ts'
import type { Tables } from '../storage/clients.ts'
import { readTenantRows, type TenantRow } from '../storage/tenantRows.ts'
import { runStorageOperation } from '../storage/unavailable.ts'
import { findUnlisted } from '../storage/unlisted.ts'
import { workspaceIndexEntity } from '../storage/workspaceIndex.ts'
import { countedColumns, toCounted } from './countedTenant.ts'

/**
 * Every tenant of every workspace, streamed in the order of the keys, with constant memory. Reads the tenants' own rows,
 * never the listing, which can lack some. A row that doesn't say whose it is can't be walked.
 */
export async function* walkTenants(tables: Pick<Tables, 'Tenants'>): AsyncGenerator<TenantName> {
  for await (const { rows } of readTenantRows(tables)) for (const { name } of rows) if (name) yield name
}

/**
 * The number of tenants that each sweep checks besides its own work. A million tenants take a week with a sweep every
 * two minutes.
 */
const auditPageSize = 200

const owed = ['leftovers', 'uncommittedSecrets', 'disconnectMarkOwed'] as const
const columns = [...new Set<string>(['dueAt', ...owed, ...countedColumns])]

/**
 * Creates the pages of the audit, of the tenants' own rows: each tenant's name, its due time, whether a disconnect must
 * be finished, whether the listing lacks it, and what the census counts.
 */
export function createTenantPages(tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>): TenantPages {
  return {
    async read(from) {
      const query = { select: columns, size: auditPageSize, from }
      for await (const { rows, next } of readTenantRows(tables, query)) {
        const tenants = rows.flatMap(toListed)
        const unlisted = new Set(await findUnlisted(tables, tenants))
        const marked = tenants.map((each) =>
          unlisted.has(each) ? { ...each, isUnlisted: true as const } : each,
        )
        return { tenants: marked, ...(next && { next }) }
      }
      return { tenants: [] }
    },
    async list(name) {
      const entity = workspaceIndexEntity(name)
      await runStorageOperation('tables', () => tables.TenantsByWorkspace.upsertEntity(entity, 'Merge'))
    },
  }
}

/** A row without its tenant's name can't be audited; a disconnect still finds it by name. */
function toListed({ name, columns }: TenantRow): ListedTenant[] {
  if (!name) return []
  const { dueAt } = columns
  const listed = { ...name, counted: toCounted(columns) }
  if (dueAt) return [{ ...listed, dueAt: new Date(dueAt as Date | string) }]
  return [{ ...listed, ...(owed.some((column) => columns[column]) && { isEnding: true as const }) }]
}
