import { odata } from '@azure/data-tables'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { Environment } from '../../shared/environment.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import type { World } from '../end-to-end/world.ts'

/** A row as it's stored, by either release. */
export type StoredRow = Readonly<Record<string, unknown>>

const workspace = 'demo'
const holdKey = { partitionKey: 'hold', rowKey: 'production:microsoft' }
/** Earlier than any time of the brokers' own. */
const hintAt = new Date('2001-01-01T00:00:00Z')

/** Reads and writes what both releases store, without the code of either, except for the keys of due rows. */
export function openStored(world: Pick<World, 'tableClient'>) {
  const tenants = world.tableClient('Tenants')
  const dueRows = world.tableClient('RefreshDue')
  const states = world.tableClient('BrokerState')
  const due = createDueTable({ RefreshDue: dueRows })
  const keyOf = (tenant: string) => ({ partitionKey: tenantKey({ workspace, tenant }), rowKey: 'tenant' })
  const hold = async (): Promise<object | undefined> => {
    const { partitionKey, rowKey } = holdKey
    const row = await states.getEntity<{ value: string }>(partitionKey, rowKey).catch(() => undefined)
    return row && JSON.parse(row.value)
  }
  const changeRow = (tenant: string, columns: StoredRow) =>
    tenants.updateEntity({ ...keyOf(tenant), ...columns }, 'Merge')
  return {
    /** A tenant's row. */
    async row(tenant: string): Promise<StoredRow> {
      const { partitionKey, rowKey } = keyOf(tenant)
      return tenants.getEntity(partitionKey, rowKey)
    },
    /** Writes columns beside the others, as a hand or another release does. */
    changeRow,
    /** The access token has just expired, or some hours before. */
    async expireToken(tenant: string, hoursSinceRefresh: number): Promise<void> {
      const refreshedAt = Date.now() - hoursSinceRefresh * 3_600_000 - 1000
      await changeRow(tenant, {
        accessTokenRefreshedAt: new Date(refreshedAt),
        accessTokenExpiresAt: new Date(refreshedAt + 3_600_000),
      })
    },
    /** Writes a whole row, like a restored backup. */
    restoreRow: (tenant: string, row: StoredRow) =>
      tenants.updateEntity({ ...row, ...keyOf(tenant) }, 'Replace'),
    /** The row keys of a tenant's accounts. */
    async accountRows(tenant: string): Promise<string[]> {
      const filter = odata`PartitionKey eq ${keyOf(tenant).partitionKey} and RowKey lt ${'event'}`
      const found: string[] = []
      for await (const { rowKey } of tenants.listEntities({ queryOptions: { filter } }))
        found.push(rowKey ?? '')
      return found
    },
    /** Adds a due row whose time has come long ago. */
    makeDue: (tenant: string, environment: Environment) =>
      due.insert({ workspace, tenant, environment, identityProvider: 'microsoft', dueAt: hintAt }),
    /** The times of a tenant's due rows. */
    async dueTimes(tenant: string): Promise<Date[]> {
      const { partitionKey } = keyOf(tenant)
      const times: Date[] = []
      for await (const { rowKey, dueAt } of dueRows.listEntities<{ dueAt: Date }>())
        if (rowKey?.endsWith(partitionKey)) times.push(dueAt)
      return times
    },
    /** The hold on production's Microsoft registration. */
    hold,
    /** The time for which it rests is over: the next one who asks probes. */
    async endHoldTime(): Promise<void> {
      const value = JSON.stringify({ ...(await hold()), until: new Date(0) })
      await states.updateEntity({ ...holdKey, value }, 'Merge')
    },
  }
}
