import type { TableEntity } from '@azure/data-tables'
import { expect, test } from 'vitest'
import { restoreTenant } from '../../scripts/backup/restoreTenant.ts'
import { addSeconds } from '../../shared/clock.ts'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TokenEndpoint } from '../../shared/domain/tokenEndpoint.ts'
import { repairTenant } from '../../shared/operations/rebuild.ts'
import { OtherWriterError } from '../../shared/operations/soleWriter.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { Secret } from '../../shared/secret.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import type { SavedRow, SavedValue } from '../../shared/storage/savedRow.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { connected, ground, name, now, owner, pendingOf } from '../simulation/ground.ts'
import { createMemoryTable } from './memoryTable.ts'

/** A tenant's row as a backup has it, with its times as text. */
function savedOf(tenant: Tenant): SavedRow {
  const { partitionKey = '', rowKey = '', ...columns } = toTenantEntity(tenant)
  const toSaved = (value: unknown) => (value instanceof Date ? value.toISOString() : value) as SavedValue
  const saved = Object.entries(columns).map(([column, value]) => [column, toSaved(value)])
  return { partitionKey, rowKey, timestamp: now.toISOString(), columns: Object.fromEntries(saved) }
}

/** Empty tables, with a broker that restores into them and refreshes from them under a strict provider. */
function lostTables() {
  const own = ground()
  const { table: Tenants, rows } = createMemoryTable()
  const [index, RefreshDue] = [createMemoryTable().table, createMemoryTable().table]
  let intrude = async (_tenants: typeof Tenants): Promise<unknown> => undefined
  const TenantsByWorkspace = {
    ...index,
    upsertEntity: async (...given: Parameters<typeof index.upsertEntity>) => {
      await intrude(Tenants)
      return index.upsertEntity(...given)
    },
  }
  const tables = { Tenants, TenantsByWorkspace, RefreshDue } as never
  const tenants = createTenantTable(tables)
  const services = { ...own.dependencies, tenants, due: createDueTable(tables) }
  const sent: string[] = []
  const refresh: TokenEndpoint['refresh'] = async ({ refreshToken }) => {
    sent.push(refreshToken.expose())
    return own.dependencies.tokenEndpoint.refresh()
  }
  const config = { ...services.config, usedRefreshTokens: 'revoked' } as const
  const refresher = createRefresher({ ...services, config, tokenEndpoint: { refresh } })
  const retention = { deadGrantDays: 9, disconnectedTenantDays: 9, pendingTenantDays: 9, tenantEventDays: 9 }
  const broker = { tables, tenants, grantServices: services, config: { retention } } as never
  return {
    ...own,
    sent,
    /** What someone else does once the restore has read the tenant's row. */
    intrude(change: typeof intrude) {
      intrude = change
    },
    rows,
    Tenants,
    refresh: () => refresher.refresh(name, { for: 'sweep' }),
    restore(tenant: Tenant, mark?: Date) {
      const row = savedOf(tenant)
      return restoreTenant(broker, [row, { ...row, rowKey: 'account:g:1:1', columns: {} }], () => mark)
    },
    /** Damages the tenant's row, and repairs it as `rebuild-tables` does. */
    async repair() {
      const row = rows().find(({ rowKey }) => rowKey === 'tenant')
      await Tenants.updateEntity({ ...(row as TableEntity), troubleReason: 5 }, 'Merge')
      const damaged = await tenants.inspect(name)
      if (!damaged || !isDamaged(damaged)) throw new Error('The row should be damaged.')
      await repairTenant({ grantServices: services } as never, damaged)
    },
    hasAccounts: () => rows().some(({ rowKey }) => rowKey.startsWith('account:')),
    read: async () => (await tenants.read(name))?.tenant,
  }
}

test('the first refresh after a restore uses the newest token of the vault, not the backup’s used one', async () => {
  const { read, refresh, restore, sent, stores } = lostTables()
  const saved = await stores.vault.write(new Secret('used'), owner)
  const newest = await stores.vault.write(new Secret('newest'), owner, saved)
  expect(await restore(connected(saved))).toBe('restored')
  expect(await restore(connected(saved))).toBe('kept')
  expect(await refresh()).toMatchObject({ outcome: 'refreshed' })
  expect(sent).toEqual(['newest'])
  expect((await read())?.grant?.reference).not.toBe(newest)
  expect(await read()).not.toHaveProperty('lease')
})

test('so does the first refresh after the repair of a damaged row', async () => {
  const { read, refresh, repair, restore, sent, stores } = lostTables()
  const saved = await stores.vault.write(new Secret('used'), owner)
  await stores.vault.write(new Secret('newest'), owner, saved)
  await restore(connected(saved))
  await repair()
  expect(await refresh()).toMatchObject({ outcome: 'refreshed' })
  expect(sent).toEqual(['newest'])
  expect(await read()).not.toHaveProperty('lease')
})

test('a sealed grant has no other place, so nothing looks for a newer one', async () => {
  const { read, refresh, restore, sent, stores } = lostTables()
  await restore(
    connected(await stores.sealed.write(new Secret('sealed'), { ...owner, grantId: 'consent-of-first' })),
  )
  expect(await read()).not.toHaveProperty('lease')
  expect(await refresh()).toMatchObject({ outcome: 'refreshed' })
  expect(sent).toEqual(['sealed'])
})

test.each([
  ['before', 1, 'disconnected', 'disconnected'],
  ['after', -1, 'restored', 'pending'],
] as const)('a pending consent from %s the disconnect', async (_title, seconds, outcome, status) => {
  const own = lostTables()
  const pendingGrant = await pendingOf(own, 'code')
  const saved = {
    ...name,
    environment: 'production',
    status: 'pending',
    createdAt: now,
    pendingGrant,
  } as const
  const mark = addSeconds(pendingGrant.grant.consentedAt, seconds)
  expect(await own.restore(saved, mark)).toBe(outcome)
  const row = await own.read()
  expect(row?.status).toBe(status)
  expect(row?.pendingGrant !== undefined).toBe(status === 'pending')
  expect(own.hasAccounts()).toBe(status === 'pending')
  expect(own.live()).toEqual(status === 'pending' ? ['rt-code'] : [])
})

test('a restored row that is kept loses a pending consent from before the disconnect, too', async () => {
  const own = lostTables()
  const pendingGrant = await pendingOf(own, 'code')
  const saved = {
    ...name,
    environment: 'production',
    status: 'pending',
    createdAt: now,
    pendingGrant,
  } as const
  expect(await own.restore(saved)).toBe('restored')
  expect(await own.restore(saved, addSeconds(now, 1))).toBe('disconnected')
  expect(await own.read()).not.toHaveProperty('pendingGrant')
})

const key = { partitionKey: savedOf(connected('reference')).partitionKey, rowKey: 'tenant' }

test.each<[string, (tenants: ReturnType<typeof createMemoryTable>['table']) => Promise<unknown>]>([
  ['changed', (tenants) => tenants.updateEntity({ ...key, displayName: 'theirs' }, 'Merge')],
  ['replaced', (tenants) => tenants.upsertEntity({ ...key, displayName: 'theirs' }, 'Replace')],
  ['removed', (tenants) => tenants.deleteEntity(key.partitionKey, key.rowKey)],
])('a restore stops if the row is %s while it runs, and leaves it as it is', async (_title, change) => {
  const own = lostTables()
  const reference = await own.stores.vault.write(new Secret('newest'), owner)
  // A row that the backup replaces: it only has an app's wish for a link since the loss.
  const {
    partitionKey = '',
    rowKey = '',
    ...columns
  } = toTenantEntity({
    ...name,
    environment: 'production',
    status: 'pending',
    createdAt: addSeconds(now, 60),
  })
  await own.Tenants.createEntity({ ...columns, partitionKey, rowKey })
  own.intrude(change)
  await expect(own.restore(connected(reference))).rejects.toThrow(/was changed in the meantime/)
  const [row] = own.rows().filter((each) => each.rowKey === 'tenant')
  expect(row?.displayName).toBe(_title === 'removed' ? undefined : 'theirs')
  expect(own.hasAccounts()).toBe(false)
})

test('a restore stops if the row is created while it runs, and leaves it as it is', async () => {
  const own = lostTables()
  const reference = await own.stores.vault.write(new Secret('newest'), owner)
  own.intrude((tenants) => tenants.createEntity({ ...key, displayName: 'theirs' }))
  await expect(own.restore(connected(reference))).rejects.toThrow(OtherWriterError)
  expect(own.rows().map(({ displayName }) => displayName)).toEqual(['theirs'])
})
