import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { assertPendingGrant } from '../../shared/connect/readPendingGrant.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { expirePending } from '../../shared/tenants/expirePending.ts'
import { ground, name, now, pendingOf } from '../simulation/ground.ts'

const tenant: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: now }

/** A pending consent with this expiry, and hints at the given times that lead sweeps to it. */
async function waiting(
  expiresAt: Date,
  hints: readonly Date[],
  storageNow: () => Date | undefined = () => now,
) {
  const own = ground()
  const pendingGrant = await pendingOf(own, 'code', expiresAt)
  await own.tenants.create({ ...tenant, pendingGrant }, [])
  for (const at of hints) await own.due.insert(dueRowOf(tenant, pendingGrant.grant, at))
  const dependencies = {
    ...own.dependencies,
    clock: { now: () => now, storageNow, sleep: () => new Promise<void>(() => {}) },
  }
  return {
    ...own,
    dependencies,
    sweep: () => sweep({ ...dependencies, refresher: createRefresher(dependencies) }),
    hints: () => [...own.due.rows()].map(({ dueAt }) => dueAt),
  }
}

describe('a pending consent', () => {
  test('is not changed by a sweep of its tenant', async () => {
    const expiresAt = addSeconds(now, 1)
    const own = await waiting(expiresAt, [addSeconds(now, -60), expiresAt])
    await own.sweep()
    expect(own.row().pendingGrant).toMatchObject({ expiresAt })
    expect(own.live()).toEqual(['rt-code'])
    expect(own.hints()).toContainEqual(expiresAt)
  })

  test('ends at its expiry, and not before', async () => {
    const own = await waiting(now, [now])
    await own.sweep()
    expect(own.row().pendingGrant).toBeUndefined()
    expect(own.live()).toEqual([])
    expect(own.hints()).toEqual([])
  })

  test.each([addSeconds(now, -86_400), addSeconds(now, -0.001), undefined])(
    'does not end on the clock of one process alone, while storage’s says %s; its hint stays',
    async (storageNow) => {
      const own = await waiting(now, [now], () => storageNow)
      await own.sweep()
      expect(own.row().pendingGrant).toMatchObject({ expiresAt: now })
      expect(own.live()).toEqual(['rt-code'])
      expect(own.hints()).toEqual([now])
    },
  )

  test('ends by storage’s clock even in a process that is behind', async () => {
    const own = await waiting(addSeconds(now, 60), [now], () => addSeconds(now, 60))
    await own.sweep()
    expect(own.row().pendingGrant).toBeUndefined()
    expect(own.hints()).toEqual([])
  })

  test('can be confirmed until its expiry', async () => {
    const { pendingGrant } = (await waiting(now, [])).row()
    expect(assertPendingGrant(pendingGrant, 'session', addSeconds(now, -0.001))).toBe(pendingGrant)
    expect(() => assertPendingGrant(pendingGrant, 'session', now)).toThrow()
    expect(() => assertPendingGrant(pendingGrant, 'another', addSeconds(now, -1))).toThrow()
  })

  test('is checked again if another process changes the row in the meantime', async () => {
    const own = await waiting(now, [now])
    const stored = own.tenants.row(name)
    if (!stored) throw new Error('no row')
    const replace = async () => 'conflict' as const
    const dependencies = { ...own.dependencies, tenants: { ...own.tenants, replace } }
    expect(await expirePending(dependencies, stored)).toBe(false)
    expect(own.live()).toEqual(['rt-code'])
  })
})
