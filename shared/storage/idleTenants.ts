import { odata, type TransactionAction } from '@azure/data-tables'
import type { StoredTenant, TenantName, TenantStatus } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Tables } from './clients.ts'
import { tenantRowKey } from './tenantEntity.ts'
import { onRow, runStorageOperation } from './unavailable.ts'
import { workspaceIndexEntity } from './workspaceIndex.ts'

/** A tenant without a working grant, as a walk over the rows finds it. */
export interface IdleTenant extends TenantName {
  readonly status: TenantStatus
  /** When storage last wrote the row, by its own clock (`Timestamp`). */
  readonly changedAt: Date
  /** Whether the row of a disconnected tenant still names accounts. */
  readonly hasAccounts: boolean
}

/** One page of the walk. It can be empty and still have a `next`. */
export interface IdleTenantPage {
  readonly tenants: readonly IdleTenant[]
  readonly next?: string
}

/**
 * The tenants that are not connected, or must sign in again and still have a grant: all rows are walked, not the listing,
 * so one without a listing is found, too.
 */
export interface IdleTenants {
  /** @param from the previous page's `next`. Default is the start. */
  read(from?: string): Promise<IdleTenantPage>
  /** The time of the row's last write, with the ETag that it got then. */
  changeOf(name: TenantName): Promise<{ readonly changedAt: Date; readonly etag: string } | undefined>
  /** Removes a tenant with its events, its accounts, and its listing, unless it has changed since it was read. */
  remove(expected: StoredTenant): Promise<boolean>
}

/** All of them can be removed in one sweep. A query also ends after 5 s (query-timeout-and-pagination). */
const pageSize = 100
/** The most changes in an entity-group transaction (table-service-error-codes, InvalidInput). */
const transactionSize = 100

interface IdleColumns {
  readonly workspace?: unknown
  readonly tenant?: unknown
  readonly status?: unknown
  readonly accountsGeneration?: unknown
}

/** Walks and removes tenants in Table Storage. */
export function createIdleTenants(tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>): IdleTenants {
  const { Tenants: table } = tables
  return {
    async read(continuationToken) {
      // A comparison with a column that a row doesn't have is false.
      const isDead = "(status eq 'reauthorization_required' and grantIdentityProvider gt '')"
      const isIdle = `(status eq 'pending' or status eq 'disconnected' or ${isDead})`
      const filter = `${odata`RowKey eq ${tenantRowKey}`} and ${isIdle}`
      const select = ['workspace', 'tenant', 'status', 'accountsGeneration', 'timestamp']
      const rows = table.listEntities<IdleColumns>({ queryOptions: { filter, select } })
      const pages = rows.byPage({ maxPageSize: pageSize, ...(continuationToken && { continuationToken }) })
      const { done, value } = await runStorageOperation('tables', () => pages.next())
      if (done) return { tenants: [] }
      const tenants = value.flatMap((row) => toIdleTenant(row) ?? [])
      return { tenants, ...(value.continuationToken && { next: value.continuationToken }) }
    },
    changeOf: (name) =>
      onRow(
        async () => {
          const row = await table.getEntity(tenantKey(name), tenantRowKey, {
            queryOptions: { select: ['timestamp'] },
          })
          return { changedAt: timeOf(row.timestamp), etag: String(row.etag) }
        },
        { absent: undefined },
      ),
    remove: (expected) => removeTenant(tables, expected),
  }
}

function toIdleTenant(row: IdleColumns & { readonly timestamp?: string }): IdleTenant | undefined {
  const { accountsGeneration, status, tenant, timestamp, workspace } = row
  if (typeof workspace !== 'string' || typeof tenant !== 'string') return undefined
  const hasAccounts = status === 'disconnected' && accountsGeneration !== undefined
  return { workspace, tenant, status: status as TenantStatus, changedAt: timeOf(timestamp), hasAccounts }
}

/** A row without a readable time counts as written now. */
function timeOf(timestamp: string | undefined): Date {
  const time = new Date(timestamp ?? '')
  return Number.isNaN(time.getTime()) ? new Date(8.64e15) : time
}

/**
 * The tenant's row goes last, so that the next round finds what a crash leaves. Its ETag is compared before anything is
 * deleted, and again by the delete. If the tenant changes in between, it has lost events that are older than any that
 * is kept, and gets its listing back.
 */
async function removeTenant(
  { Tenants: table, TenantsByWorkspace: index }: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
  { etag, tenant }: StoredTenant,
): Promise<boolean> {
  const partitionKey = tenantKey(tenant)
  const rowKeys = await otherRowKeys(table, partitionKey)
  const current = await onRow(() => table.getEntity(partitionKey, tenantRowKey), { absent: undefined })
  if (current?.etag !== etag) return false
  for (let start = 0; start < rowKeys.length; start += transactionSize) {
    const batch = rowKeys.slice(start, start + transactionSize)
    const actions = batch.map((rowKey): TransactionAction => ['delete', { partitionKey, rowKey }])
    await onRow(() => table.submitTransaction(actions), { absent: undefined })
  }
  const listing = workspaceIndexEntity(tenant)
  const list = { partitionKey: listing.partitionKey, rowKey: listing.rowKey }
  await onRow(() => index.deleteEntity(list.partitionKey, list.rowKey), { absent: undefined })
  let isGone = false
  try {
    isGone = await onRow(
      async () => {
        await table.deleteEntity(partitionKey, tenantRowKey, { etag })
        return true
      },
      { absent: true, changed: false },
    )
  } finally {
    if (!isGone) await runStorageOperation('tables', () => index.upsertEntity(listing, 'Merge'))
  }
  return isGone
}

async function otherRowKeys(table: Tables['Tenants'], partitionKey: string): Promise<string[]> {
  const queryOptions = { filter: odata`PartitionKey eq ${partitionKey}`, select: ['rowKey'] }
  return runStorageOperation('tables', async () => {
    const rowKeys: string[] = []
    for await (const { rowKey } of table.listEntities({ queryOptions }))
      if (rowKey && rowKey !== tenantRowKey) rowKeys.push(rowKey)
    return rowKeys
  })
}
