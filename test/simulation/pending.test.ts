import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { confirmConnectSession } from '../../shared/connect/confirm.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { migrateGrant } from '../../shared/operations/migrate.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, ground, name, now, owner, pendingOf } from './ground.ts'

const pendingTenant: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: now }
const accounts = { list: async () => ({ accounts: [] }), removeOthers: async () => {} } as never

/** A consent that expired a second ago, with the hint that leads the sweep to it. */
async function expired(own: ReturnType<typeof ground>, tenant: Tenant): Promise<void> {
  const pendingGrant = await pendingOf(own, 'code', addSeconds(now, -1))
  await own.tenants.create({ ...tenant, pendingGrant }, [])
  await own.dependencies.due.insert(dueRowOf(tenant, pendingGrant.grant, pendingGrant.expiresAt))
}

function sweepOf({ dependencies }: ReturnType<typeof ground>) {
  return sweep({ ...dependencies, refresher: createRefresher(dependencies) })
}

test('a hint that the row does not confirm is removed although the tenant is due each time', async () => {
  const own = ground()
  const tenant = connected(await own.stores.vault.write(new Secret('old'), owner))
  await own.tenants.create(tenant, [])
  for (const dueAt of [addSeconds(now, -60), now]) {
    if (tenant.grant) await own.dependencies.due.insert(dueRowOf(tenant, tenant.grant, dueAt))
  }
  const { report } = await sweepOf(own)
  expect(report.refreshed).toBe(1)
  expect([...own.due.rows()].map((hint) => hint.dueAt)).toEqual([own.row().dueAt])
})

describe('a consent that is not confirmed in time', () => {
  test('is destroyed by the sweep, with its hint', async () => {
    const own = ground()
    await expired(own, pendingTenant)
    await sweepOf(own)
    expect(own.row()).toEqual({ ...pendingTenant, writeIds: expect.any(Array) })
    expect(own.live()).toEqual([])
    expect([...own.due.rows()]).toEqual([])
  })

  test('is removed from a connected tenant, which keeps its own', async () => {
    const own = ground()
    const dueAt = addSeconds(now, 900)
    await expired(own, { ...connected(await own.stores.vault.write(new Secret('old'), owner)), dueAt })
    await sweepOf(own)
    expect(own.row()).toMatchObject({ status: 'connected', dueAt })
    expect(own.row().pendingGrant).toBeUndefined()
    expect(own.live()).toEqual(['old'])
  })

  test('is removed from a tenant that is also due, whose refresh came through its hint', async () => {
    const own = ground()
    await expired(own, connected(await own.stores.vault.write(new Secret('old'), owner)))
    await sweepOf(own)
    const { dueAt, pendingGrant, status } = own.row()
    expect({ pendingGrant, status }).toEqual({ pendingGrant: undefined, status: 'connected' })
    expect(own.live()).not.toContain('rt-code')
    expect([...own.due.rows()].map((hint) => hint.dueAt)).toEqual([dueAt])
  })

  test('is checked again while its secret cannot be destroyed', async () => {
    const own = ground()
    await expired(own, pendingTenant)
    const { remove } = own.vault
    own.vault.remove = async () => {
      throw new Error('out')
    }
    await sweepOf(own)
    expect(own.row().secretsToDestroy).toHaveLength(1)
    own.vault.remove = remove
    await sweepOf(own)
    expect(own.row()).toEqual({ ...pendingTenant, writeIds: expect.any(Array) })
    expect(own.live()).toEqual([])
    expect([...own.due.rows()]).toEqual([])
  })

  test('is not shown as pending, with or without a sweep', async () => {
    const own = ground()
    await expired(own, pendingTenant)
    expect(toTenantView(own.row(), now).confirmationPending).toBe(false)
    expect(toTenantView(own.row(), addSeconds(now, -2)).confirmationPending).toBe(true)
  })
})

describe('a pending consent', () => {
  test.each([
    ['alone', pendingTenant],
    ['next to a grant', undefined],
    ['after a disconnect', { ...pendingTenant, status: 'disconnected' } satisfies Tenant],
  ])('moves to the other store %s, and is confirmed from there', async (_title, alone) => {
    const own = ground()
    const tenant = alone ?? connected(await own.stores.vault.write(new Secret('old'), owner))
    await own.tenants.create({ ...tenant, pendingGrant: await pendingOf(own, 'code') }, [])
    const move = () => migrateGrant({ ...own.dependencies, stores: own.stores }, name, 'sealed')
    expect(await move()).toBe('moved')
    expect(own.live()).toEqual([])
    expect(await move()).toBe(alone ? 'no_grant' : 'already_there')
    await confirmConnectSession({ grantServices: own.dependencies, accounts }, name, 'session', 'code')
    const { reference = '', id } = own.row().grant ?? {}
    expect(reference).toMatch(/^sealed:/)
    expect(await own.grants.read(reference, { ...owner, grantId: id })).toEqual(new Secret('rt-code'))
  })
})
