import { randomBytes } from 'node:crypto'
import { odata, type TableEntity, type TransactionAction } from '@azure/data-tables'
import pMap from 'p-map'
import { DamagedRowError, type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import type { EventPage, TenantDirectory, TenantPage } from '../domain/directory.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Tables } from './clients.ts'
import { toCountdown } from './countdown.ts'
import { fromTenantEntity, tenantRowKey, toTenantEntity } from './tenantEntity.ts'
import { onRow, runStorageOperation } from './unavailable.ts'
import { workspaceIndexEntity, workspacePartitions } from './workspaceIndex.ts'

/**
 * Stores tenants in Table Storage: the row and its events in one partition, so one transaction changes both.
 * @param toPlausible returns the trusted part of a row. Default is all of it.
 */
export function createTenantTable(
  tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
  toPlausible: (tenant: Tenant) => Tenant = (tenant) => tenant,
): TenantStore & TenantDirectory {
  const { Tenants: table, TenantsByWorkspace: index } = tables
  const inspect: TenantStore['inspect'] = (name) => inspectRow(table, name, toPlausible)
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
    async replace(expected, next, events) {
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
          const { etag } = await table.updateEntity(entity, 'Replace', { etag: expected.etag })
          return { tenant: next, etag: etag ?? '' }
        },
        { absent: 'conflict', changed: 'conflict' },
      )
    },
    events: (name, limit, continuation) => readEvents(tables, name, limit, continuation),
    list: (workspace, limit, continuation) =>
      listTenants({ index, inspect }, { workspace, limit, continuation }),
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

/**
 * Rows of a list that are read at the same time. Twice as many make a list of thousands at most 1.5 times as fast, and
 * keep other requests of the process waiting twice as long.
 */
const rowsAtOnce = 32

interface ListRequest {
  readonly workspace: string
  readonly limit: number
  readonly continuation: string | undefined
}

async function listTenants(
  {
    index,
    inspect,
  }: { readonly index: Tables['TenantsByWorkspace']; readonly inspect: TenantStore['inspect'] },
  { workspace, limit, continuation }: ListRequest,
): Promise<TenantPage | 'continuation_unknown'> {
  const { first, last } = workspacePartitions(workspace)
  const filter = odata`PartitionKey ge ${first} and PartitionKey lt ${last}`
  const page = await firstPage(index, filter, limit, continuation)
  if (page === 'continuation_unknown') return page
  const names = page.map((row) => ({ workspace, tenant: String(row.tenant) }))
  const found = await pMap(names, inspect, { concurrency: rowsAtOnce })
  return {
    tenants: found.flatMap((row) => (row ? [isDamaged(row) ? row : row.tenant] : [])),
    ...(page.continuationToken && { continuation: page.continuationToken }),
  }
}

type Page = Record<string, unknown>[] & { continuationToken?: string }

async function firstPage(
  table: Tables['Tenants'],
  filter: string,
  limit: number,
  continuation?: string,
): Promise<Page | 'continuation_unknown'> {
  if (continuation !== undefined && !isContinuation(continuation)) return 'continuation_unknown'
  return runStorageOperation<Page | 'continuation_unknown'>(
    'tables',
    async () => {
      const settings = { maxPageSize: limit, ...(continuation && { continuationToken: continuation }) }
      for await (const page of table.listEntities({ queryOptions: { filter } }).byPage(settings))
        return page as Page
      return []
    },
    // The service reads the contents of a continuation, and refuses one that it didn't write.
    (status) =>
      status === 400 && continuation !== undefined ? { value: 'continuation_unknown' } : undefined,
  )
}

/** Whether the SDK can read it: base64 of JSON with the keys at which the next page starts. */
function isContinuation(text: string): boolean {
  try {
    const { nextPartitionKey, nextRowKey = '' } = JSON.parse(Buffer.from(text, 'base64').toString('latin1'))
    return typeof nextPartitionKey === 'string' && nextPartitionKey !== '' && typeof nextRowKey === 'string'
  } catch {
    return false
  }
}
