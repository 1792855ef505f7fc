import { randomBytes } from 'node:crypto'
import { odata, type TableEntity, type TransactionAction } from '@azure/data-tables'
import { DamagedRowError, type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import type { EventPage, TenantDirectory } from '../domain/directory.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Tables } from './clients.ts'
import { toCountdown } from './countdown.ts'
import { firstPage } from './firstPage.ts'
import { hintOf, writeWithHint } from './listingHint.ts'
import { fromTenantEntity, tenantRowKey, toTenantEntity } from './tenantEntity.ts'
import { listSummaries, listTenants } from './tenantLists.ts'
import { onRow, runStorageOperation } from './unavailable.ts'
import { workspaceIndexEntity } from './workspaceIndex.ts'

/**
 * Stores tenants in Table Storage: the row and its events in one partition, so one transaction changes both.
 * @param toPlausible returns the trusted part of a row. Default is all of it.
 */
export function createTenantTable(
  tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
  toPlausible: (tenant: Tenant) => Tenant = (tenant) => tenant,
): TenantStore & TenantDirectory {
  const { TenantsByWorkspace: index } = tables
  const inspect: TenantStore['inspect'] = (name) => inspectRow(tables.Tenants, name, toPlausible)
  return {
    async read(name) {
      const row = await inspect(name)
      if (row && isDamaged(row)) throw new DamagedRowError(name, row.damaged)
      return row
    },
    inspect,
    async create(tenant, events) {
      // The index first: an index row without a tenant is skipped, but a tenant without an index row would be
      // invisible.
      await runStorageOperation('tables', () => index.upsertEntity(workspaceIndexEntity(tenant), 'Merge'))
      const actions: TransactionAction[] = [
        ['create', toTenantEntity(tenant)],
        ...eventActions(tenant, events),
      ]
      return transact(tables, tenant, actions)
    },
    replace(expected, next, events) {
      const write = () => replaceRow(tables, expected, { next, events })
      return hintOf(next) === hintOf(expected.tenant) ? write() : writeWithHint(index, next, write)
    },
    events: (name, limit, continuation) => readEvents(tables, name, limit, continuation),
    list: (workspace, limit, continuation) =>
      listTenants({ index, inspect }, { workspace, limit, continuation }),
    summaries: (workspace, limit, continuation) =>
      listSummaries({ index, inspect }, { workspace, limit, continuation }),
  }
}

function inspectRow(
  table: Tables['Tenants'],
  name: TenantName,
  toPlausible: (tenant: Tenant) => Tenant,
): Promise<StoredTenant | DamagedTenant | undefined> {
  return onRow(
    async () => {
      const entity = await table.getEntity(tenantKey(name), tenantRowKey)
      const [read, etag] = [fromTenantEntity(entity, name), String(entity.etag)]
      return isDamaged(read) ? { ...read, etag } : { tenant: toPlausible(read), etag }
    },
    { absent: undefined },
  )
}

async function replaceRow(
  tables: Pick<Tables, 'Tenants'>,
  expected: StoredTenant,
  { next, events }: { readonly next: Tenant; readonly events: readonly TenantEvent[] },
): Promise<StoredTenant | 'conflict'> {
  const entity = toTenantEntity(next)
  if (events.length > 0) {
    const actions: TransactionAction[] = [
      ['update', entity, 'Replace', { etag: expected.etag }],
      ...eventActions(next, events),
    ]
    return transact(tables, next, actions)
  }
  return onRow(
    async () => {
      // The client's default ETag is `*`, which checks nothing.
      const { etag } = await tables.Tenants.updateEntity(entity, 'Replace', { etag: expected.etag })
      return { tenant: next, etag: etag ?? '' }
    },
    { absent: 'conflict', changed: 'conflict' },
  )
}

async function transact(
  { Tenants: table }: Pick<Tables, 'Tenants'>,
  tenant: Tenant,
  actions: TransactionAction[],
): Promise<StoredTenant | 'conflict'> {
  return onRow(
    async () => {
      const answer = await table.submitTransaction(actions)
      // The row is always the first action. Answers to updates lack the row key by which the SDK finds them, and
      // its parser keeps the carriage return.
      return { tenant, etag: answer.subResponses[0]?.etag?.trim() ?? '' }
    },
    { absent: 'conflict', taken: 'conflict', changed: 'conflict' },
  )
}

/** Newest first: the row key counts down. */
function eventActions(name: TenantName, events: readonly TenantEvent[]): TransactionAction[] {
  return events.map(({ type, at, detail, data }, order) => {
    const countdown = toCountdown(at.getTime() + order)
    const rowKey = `event:${countdown}:${randomBytes(4).toString('hex')}`
    const entity: TableEntity = { partitionKey: tenantKey(name), rowKey, type, at, detail }
    if (data) entity.data = JSON.stringify(data)
    return ['create', entity]
  })
}

async function readEvents(
  { Tenants: table }: Pick<Tables, 'Tenants'>,
  name: TenantName,
  limit: number,
  continuation?: string,
): Promise<EventPage | 'continuation_unknown'> {
  const filter = odata`PartitionKey eq ${tenantKey(name)} and RowKey ge ${'event:'} and RowKey lt ${'event;'}`
  const page = await firstPage(table, filter, limit, continuation)
  if (page === 'continuation_unknown') return page
  return {
    events: page.map((row) => ({
      type: row.type as TenantEvent['type'],
      at: new Date(row.at as string),
      detail: String(row.detail),
      ...(row.data !== undefined && { data: JSON.parse(String(row.data)) }),
    })),
    ...(page.continuationToken && { continuation: page.continuationToken }),
  }
}
