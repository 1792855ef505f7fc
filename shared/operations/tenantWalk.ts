import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { ListedTenant, TenantPages } from '../domain/tenantPages.ts'
import type { SummarizedRow } from '../domain/tenantSummary.ts'
import type { Tables } from '../storage/clients.ts'
import { clearHint, hintOf, setHint } from '../storage/listingHint.ts'
import { readDate } from '../storage/tenantRow.ts'
import { readTenantRows, type TenantRow } from '../storage/tenantRows.ts'
import { type ListingRow, readListed } from '../storage/unlisted.ts'
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
const summarized = ['environment', 'status', 'displayName', 'createdAt', 'grantConsentedAt'] as const
const columns = [...new Set<string>(['dueAt', ...owed, ...summarized, ...countedColumns])]

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
        const listing = await readListed(tables, tenants)
        const marked = tenants.map(({ hint, ...each }) => ({
          ...each,
          ...compareHint(hint, listing.get(tenantKey(each))),
        }))
        return { tenants: marked, ...(next && { next }) }
      }
      return { tenants: [] }
    },
    list: async (name) => void (await clearHint(tables.TenantsByWorkspace, name)),
    hint: async (row, etag) => void (await setHint(tables.TenantsByWorkspace, row, etag)),
  }
}

/** A row without its tenant's name can't be audited; a disconnect still finds it by name. */
function toListed({ name, columns }: TenantRow): (ListedTenant & { readonly hint: string })[] {
  if (!name) return []
  const { dueAt } = columns
  const listed = { ...name, counted: toCounted(columns), hint: hintOfColumns(name, columns) }
  if (dueAt) return [{ ...listed, dueAt: new Date(dueAt as Date | string) }]
  return [{ ...listed, ...(owed.some((column) => columns[column]) && { isEnding: true as const }) }]
}

/** The row is read before the listing, so what differs may have changed since: it's compared again before it's set. */
function compareHint(hint: string, listed: ListingRow | undefined) {
  if (!listed) return { isUnlisted: true as const }
  return listed.summary === hint ? {} : { hintToSet: listed.etag }
}

/** What the row's hint would be. That of a damaged row may differ from every hint. */
function hintOfColumns(name: TenantName, columns: TenantRow['columns']): string {
  const { createdAt, grantConsentedAt, ...rest } = columns
  const consentedAt = readDate(grantConsentedAt)
  return hintOf({
    ...(rest as Pick<SummarizedRow, 'environment' | 'status' | 'displayName'>),
    ...name,
    createdAt: readDate(createdAt) ?? new Date(0),
    ...(consentedAt && { grant: { consentedAt } }),
  })
}
