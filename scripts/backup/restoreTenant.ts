import type { TableEntity, TransactionAction } from '@azure/data-tables'
import type { Broker } from '../../shared/broker.ts'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import { consentOf, isEndedBy } from '../../shared/domain/disconnectMarks.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { withLeaseLeftBehind } from '../../shared/domain/transitions.ts'
import { OtherWriterError } from '../../shared/operations/soleWriter.ts'
import { toCountdown } from '../../shared/storage/countdown.ts'
import type { SavedRow } from '../../shared/storage/savedRow.ts'
import { fromTenantEntity, tenantRowKey } from '../../shared/storage/tenantEntity.ts'
import { onRow, runStorageOperation } from '../../shared/storage/unavailable.ts'
import { workspaceIndexEntity } from '../../shared/storage/workspaceIndex.ts'
import { disconnectAgain } from '../../shared/tenants/disconnect.ts'
import { decideRestore } from './decideRestore.ts'

/**
 * `restored`: the backup's row was written. `kept`: a newer row is there. `disconnected`: it was disconnected after the
 * backup, and is again. `over`: it would have been removed by now. `damaged`: restored, and it can't be read. `no_row`:
 * the backup has accounts or events of a tenant without its row.
 */
export type RestoreOutcome = 'restored' | 'kept' | 'disconnected' | 'over' | 'damaged' | 'no_row'

type Dependencies = Pick<Broker, 'tables' | 'tenants' | 'grantServices' | 'config'>

/** The most changes in an entity-group transaction (table-service-error-codes, InvalidInput). */
const transactionSize = 100

/**
 * Restores one tenant: its listing and its due row, then its accounts and events, and its own row last, so that a
 * tenant whose row is there is whole. Running it again changes nothing.
 * @param marks when a tenant was disconnected, according to its mark.
 * @throws OtherWriterError if someone else changes the row.
 */
export async function restoreTenant(
  broker: Dependencies,
  rows: readonly SavedRow[],
  marks: (name: TenantName) => Date | undefined,
): Promise<RestoreOutcome> {
  const own = rows.find(({ rowKey }) => rowKey === tenantRowKey)
  const { workspace, tenant } = own?.columns ?? {}
  if (!own || typeof workspace !== 'string' || typeof tenant !== 'string') return 'no_row'
  const name = { workspace, tenant }
  const read = fromTenantEntity(toReadable(own), name)
  const saved = isDamaged(read) ? read.remains : read
  const there = await broker.tenants.inspect(name)
  const { clock } = broker.grantServices
  const decision = decideRestore({
    saved,
    savedAt: new Date(own.timestamp),
    found: there && (isDamaged(there) ? 'damaged' : there.tenant),
    retention: broker.config.retention,
    now: clock.now(),
  })
  if (decision === 'over') return 'over'
  if (decision === 'keep' && there && !isDamaged(there)) {
    await writeHints(broker, there.tenant)
    return (await endAgain(broker, there, marks(name))) ? 'disconnected' : 'kept'
  }
  const since = later(marks(name), there && !isDamaged(there) ? there.tenant.disconnectedAt : undefined)
  const isEnded = isEndedBy(since, consentOf(saved))
  if (!isDamaged(read)) await writeHints(broker, read)
  else await writeHints(broker, { ...name, environment: saved.environment } as Tenant)
  await writeRows(broker, { own, saved, others: isEnded ? eventsOf(rows) : rows, etag: there?.etag })
  if (isDamaged(read)) return 'damaged'
  const stored = await broker.tenants.read(name)
  return stored && (await endAgain(broker, stored, since)) ? 'disconnected' : 'restored'
}

async function endAgain(
  { grantServices }: Dependencies,
  stored: StoredTenant,
  disconnectedAt: Date | undefined,
): Promise<boolean> {
  if (!disconnectedAt || !isEndedBy(disconnectedAt, consentOf(stored.tenant))) return false
  return (await disconnectAgain(grantServices, stored, disconnectedAt)) !== undefined
}

async function writeHints({ tables, grantServices }: Dependencies, tenant: Tenant): Promise<void> {
  const entity = workspaceIndexEntity(tenant)
  await runStorageOperation('tables', () => tables.TenantsByWorkspace.upsertEntity(entity, 'Merge'))
  const { dueAt, grant } = tenant
  if (dueAt && grant) await grantServices.due.insert(dueRowOf(tenant, grant, dueAt))
}

interface Rows {
  readonly own: SavedRow
  readonly saved: Tenant
  readonly others: readonly SavedRow[]
  /** Of the row that is replaced. */
  readonly etag: string | undefined
}

async function writeRows(
  { tables: { Tenants: table }, config, grantServices }: Dependencies,
  { own, saved, others, etag }: Rows,
): Promise<void> {
  const oldest = grantServices.clock.now().getTime() - config.retention.tenantEventDays * 86_400_000
  const beside = others.filter((row) => row !== own && !isOldEvent(row, oldest))
  const entity = withLeaseColumns(withAccounts(toEntity(own), saved, others), saved)
  const last: TransactionAction = etag ? ['update', entity, 'Replace', { etag }] : ['create', entity]
  const actions = [...beside.map((row): TransactionAction => ['upsert', toEntity(row), 'Replace']), last]
  for (let start = 0; start < actions.length; start += transactionSize) {
    const batch = actions.slice(start, start + transactionSize)
    const isWritten = await onRow(() => table.submitTransaction(batch).then(() => true), {
      absent: false,
      taken: false,
      changed: false,
    })
    if (!isWritten)
      throw new OtherWriterError(`The row of ${saved.workspace}/${saved.tenant} was changed in the meantime.`)
  }
}

/** A discovery during the backup can leave a row whose accounts it lacks: a sweep reads them again. */
function withAccounts(entity: TableEntity, saved: Tenant, rows: readonly SavedRow[]): TableEntity {
  const { accountsGeneration, status } = saved
  if (status !== 'connected' || !accountsGeneration) return entity
  const prefix = `account:${accountsGeneration}:`
  const hasSome = rows.some(({ rowKey }) => rowKey.startsWith('account:'))
  const hasOwn = rows.some(({ rowKey }) => rowKey.startsWith(prefix))
  return hasSome && !hasOwn ? { ...entity, accountsOutstanding: true } : entity
}

function withLeaseColumns(entity: TableEntity, saved: Tenant): TableEntity {
  const { lease } = withLeaseLeftBehind(saved)
  return lease ? { ...entity, leaseId: lease.id, leaseUntil: lease.until } : entity
}

function eventsOf(rows: readonly SavedRow[]): SavedRow[] {
  return rows.filter(({ rowKey }) => rowKey.startsWith('event:'))
}

function isOldEvent({ rowKey }: SavedRow, oldest: number): boolean {
  const [kind, countdown = ''] = rowKey.split(':')
  return kind === 'event' && countdown > toCountdown(oldest)
}

/** A row as the SDK writes it, each column with its type. */
export function toEntity({ partitionKey, rowKey, columns }: SavedRow): TableEntity {
  return { ...columns, partitionKey, rowKey } as TableEntity
}

/** A row as the SDK reads it. */
function toReadable(row: SavedRow): Record<string, unknown> {
  const columns = Object.entries(row.columns).map(([name, value]) => {
    const isDate = typeof value === 'object' && value.type === 'DateTime'
    return [name, isDate ? new Date(value.value) : value]
  })
  return { ...Object.fromEntries(columns), timestamp: row.timestamp }
}

function later(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? new Date(Math.max(one.getTime(), other.getTime())) : (one ?? other)
}
