import { odata } from '@azure/data-tables'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Tables } from './clients.ts'
import { tenantRowKey } from './tenantEntity.ts'
import { runStorageOperation } from './unavailable.ts'

/** A tenant's own row, as it is in the table `Tenants`. */
export interface TenantRow {
  /** The partition key. */
  readonly key: string
  /** Undefined if the row doesn't say whose it is; it's damaged then. */
  readonly name: TenantName | undefined
  readonly columns: Readonly<Record<string, unknown>>
}

/** One page of rows, and where the next one starts; without `next`, it's the last page. */
export interface TenantRowPage {
  readonly rows: readonly TenantRow[]
  readonly next?: string
}

/** The most rows in an answer of Table Storage (query-timeout-and-pagination). */
const maxPageSize = 1000

/** Which rows, and how much of them. */
export interface RowQuery {
  /** Columns besides the keys. Default is the tenant's name alone; `all` reads whole rows. */
  readonly select?: readonly string[] | 'all'
  /** Rows in a page, 1000 at most, which is the default. */
  readonly size?: number
  /** The previous page's `next`. Default is the start. */
  readonly from?: string | undefined
}

/**
 * Reads tenants from the table `Tenants` itself, page by page, in the order of their keys. The service passes over a
 * tenant's accounts and events, which are in the same partition: they cost its time, and no answer. A page can be empty
 * and still have a next one.
 */
export async function* readTenantRows(
  { Tenants: table }: Pick<Tables, 'Tenants'>,
  { from, select = [], size = maxPageSize }: RowQuery = {},
): AsyncGenerator<TenantRowPage> {
  const filter = odata`RowKey eq ${tenantRowKey}`
  const columns = select === 'all' ? {} : { select: ['partitionKey', 'workspace', 'tenant', ...select] }
  const pages = table
    .listEntities({ queryOptions: { filter, ...columns } })
    .byPage({ maxPageSize: size, ...(from && { continuationToken: from }) })
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return
    const { continuationToken: next } = value
    yield { rows: value.map(toTenantRow), ...(next && { next }) }
  }
}

function toTenantRow(columns: Record<string, unknown>): TenantRow {
  const { partitionKey, tenant, workspace } = columns
  const key = String(partitionKey)
  const isNamed = typeof workspace === 'string' && typeof tenant === 'string'
  const name = isNamed && tenantKey({ workspace, tenant }) === key ? { workspace, tenant } : undefined
  return { key, name, columns }
}
