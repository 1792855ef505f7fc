import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { AccountStore } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { connected, ground, name, now, owner, pendingOf } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'
import { createVirtualClock } from './virtualClock.ts'

/** A tenant with accounts of its current generation `g` and of an older one, which a clock that can be set disconnects. */
async function createGround(more: Partial<Tenant> = {}) {
  const own = ground()
  const clock = createVirtualClock(now)
  const dependencies = { ...own.dependencies, clock }
  const { accounts } = dependencies
  const reference = await own.dependencies.grants.write(new Secret('rt'), owner)
  const dueAt = addSeconds(now, 86_400)
  await own.tenants.create({ ...connected(reference), dueAt, accountsGeneration: 'g', ...more } as Tenant, [])
  await accounts.write(name, 'g', [accountOf('1'), accountOf('2')])
  await accounts.write(name, 'older', [accountOf('1')])
  const left = async (generation: string) => (await accounts.list(name, generation, 10)).accounts.length
  const sweepAfter = (seconds: number, store: Partial<AccountStore> = {}) => {
    clock.advance(seconds)
    const sweeping = { ...dependencies, accounts: { ...accounts, ...store } }
    return sweep({ ...sweeping, refresher: createRefresher(sweeping) })
  }
  return { ...own, accounts, clock, dependencies, left, sweepAfter, row: () => own.row() }
}

const refusing = async () => {
  throw new Error('storage is busy')
}

test('a disconnect removes the accounts of every generation', async () => {
  const own = await createGround()
  await disconnectTenant(own.dependencies, name)
  expect([await own.left('g'), await own.left('older')]).toEqual([0, 0])
})

test('what a discovery wrote at the same time is removed by the sweep after five minutes, and then nothing is left to do', async () => {
  const own = await createGround({ defaultAccount: { accountId: '1', customerId: '10' }, discoveredAt: now })
  await disconnectTenant(own.dependencies, name)
  await own.accounts.write(name, 'late', [accountOf('3')])
  expect((await own.sweepAfter(299)).report.due).toBe(0)
  expect(await own.left('late')).toBe(1)
  await own.sweepAfter(2)
  expect(await own.left('late')).toBe(0)
  expect(own.row()).not.toHaveProperty('accountsGeneration')
  expect(own.row()).not.toHaveProperty('defaultAccount')
  expect(own.row()).not.toHaveProperty('discoveredAt')
  expect((await own.sweepAfter(7 * 86_400)).report.due).toBe(0)
})

test('a removal that fails is repeated by each sweep until it works', async () => {
  const own = await createGround()
  const logged: string[] = []
  const accounts = { ...own.accounts, removeAll: refusing }
  const log = (event: string) => void logged.push(event)
  const ended = await disconnectTenant({ ...own.dependencies, accounts, log }, name)
  expect(ended).toMatchObject({ tenant: { status: 'disconnected' } })
  expect(logged).toContain('accounts.left_over')
  await own.sweepAfter(301, { removeAll: refusing })
  expect(await own.left('g')).toBe(2)
  await own.sweepAfter(300)
  expect(await own.left('g')).toBe(0)
})

test('the accounts of a consent that was never confirmed go with the disconnect', async () => {
  const pendingGrant = await pendingOf(ground(), 'code')
  const waiting = { status: 'pending', grant: undefined, accessToken: undefined, pendingGrant } as object
  const own = await createGround({ ...waiting, accountsGeneration: undefined as never })
  await disconnectTenant(own.dependencies, name)
  expect(await own.left('g')).toBe(0)
})

test('someone who connects again keeps the new accounts, however late the old ones are removed', async () => {
  const own = await createGround()
  await disconnectTenant({ ...own.dependencies, accounts: { ...own.accounts, removeAll: refusing } }, name)
  const reconnect = async () => {
    const stored = await own.tenants.read(name)
    if (stored?.tenant.status !== 'disconnected') return
    await own.tenants.replace(stored, { ...connected('vault:new'), accountsGeneration: 'new' }, [])
    await own.accounts.write(name, 'new', [accountOf('9')])
  }
  // Someone connects while the rows are being listed.
  await own.sweepAfter(301, {
    removeAll: async (whose, isStillWanted) => {
      await reconnect()
      return own.accounts.removeAll(whose, isStillWanted)
    },
  })
  expect(await own.left('new')).toBe(1)
  expect(own.row()).toMatchObject({ status: 'connected', accountsGeneration: 'new' })
})

test('a consent that waits for its confirmation after a disconnect keeps its accounts', async () => {
  const own = await createGround()
  await disconnectTenant({ ...own.dependencies, accounts: { ...own.accounts, removeAll: refusing } }, name)
  const stored = await own.tenants.read(name)
  const pendingGrant = { ...(await pendingOf(own, 'code')), accountsGeneration: 'waiting' }
  if (!stored) throw new Error('no tenant')
  await own.tenants.replace(stored, { ...stored.tenant, pendingGrant } as Tenant, [])
  await own.accounts.write(name, 'waiting', [accountOf('9')])
  await own.sweepAfter(301)
  expect(await own.left('waiting')).toBe(1)
  // Its expiry removes both.
  await own.sweepAfter(900)
  await own.sweepAfter(300)
  expect([await own.left('waiting'), await own.left('g')]).toEqual([0, 0])
})

test('a consent that no one confirms loses its accounts, and the tenant keeps its own', async () => {
  const pendingGrant = { ...(await pendingOf(ground(), 'code')), accountsGeneration: 'waiting' }
  const own = await createGround({ pendingGrant })
  await own.accounts.write(name, 'waiting', [accountOf('9')])
  const { due } = own.dependencies
  await due.insert({
    ...name,
    environment: 'production',
    identityProvider: 'microsoft',
    dueAt: pendingGrant.expiresAt,
  })
  await own.sweepAfter(901)
  expect([await own.left('waiting'), await own.left('g')]).toEqual([0, 2])
})
