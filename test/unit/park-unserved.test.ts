import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { Registration } from '../../shared/environment.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { connected, ground, name, owner } from '../simulation/ground.ts'
import { createVirtualClock } from './virtualClock.ts'

const start = new Date('2026-11-23T16:00:00Z')
const midnight = new Date('2026-11-24T00:00:00Z')

/** A tenant in production at Microsoft that has been due for three days, and a broker that serves only what it's told. */
async function createGround(more: Partial<Tenant> = {}) {
  const own = ground()
  const clock = createVirtualClock(start)
  const reference = await own.dependencies.grants.write(new Secret('rt'), owner)
  const tenant: Tenant = { ...connected(reference), dueAt: addSeconds(start, -3 * 86_400), ...more }
  await own.tenants.create(tenant, [])
  const { grant, dueAt } = connected(reference)
  const insert = (at: Date | undefined = dueAt) => at && grant && own.due.insert(dueRowOf(tenant, grant, at))
  await insert(tenant.dueAt)
  const logged: string[] = []
  const asked: number[] = []
  const { tokenEndpoint } = own.dependencies
  const dependencies = {
    ...own.dependencies,
    clock,
    log: (event: string) => void logged.push(event),
    tokenEndpoint: {
      refresh: async () => {
        asked.push(1)
        return tokenEndpoint.refresh()
      },
    },
  }
  const run = async (isServed?: (registration: Registration) => boolean) => {
    const refresher = createRefresher(dependencies)
    const served = isServed ? { isServed } : {}
    return (await sweep({ ...dependencies, refresher, ...served })).report
  }
  const dueTimes = async () => {
    const times: string[] = []
    for (let shard = 0; shard < own.due.shardCount; shard++)
      for await (const page of own.due.due(shard, addSeconds(start, 30 * 86_400)))
        times.push(...page.map((row) => row.dueAt.toISOString()))
    return times
  }
  return { ...own, asked, clock, dependencies, dueTimes, insert, logged, run }
}

const sandboxOnly = ({ environment }: Registration) => environment === 'sandbox'
const googleOnly = ({ identityProvider }: Registration) => identityProvider === 'google'

test.each([
  ['an environment', sandboxOnly],
  ['an identity provider', googleOnly],
])(
  'a tenant of %s that is no longer served is due again at midnight, and rings no alert',
  async (_title, isServed) => {
    const own = await createGround()
    const report = await own.run(isServed)
    expect(report).toMatchObject({ passedOn: 1, failed: {}, oldestOverdueSeconds: 0 })
    expect(own.asked).toEqual([])
    expect(await own.dueTimes()).toEqual([midnight.toISOString()])
    expect(own.logged).toContain('tenant.parked')
    expect((await own.run(isServed)).due).toBe(0)
  },
)

test('its hints become one, and come back once a day', async () => {
  const own = await createGround()
  await own.run(sandboxOnly)
  // The audit writes the row's own due time again.
  await own.insert(own.row().dueAt)
  await own.run(sandboxOnly)
  expect(await own.dueTimes()).toEqual([midnight.toISOString()])
  own.clock.advance(8 * 3600)
  await own.run(sandboxOnly)
  expect(await own.dueTimes()).toEqual([addSeconds(midnight, 86_400).toISOString()])
})

test('once it is served again, the next midnight refreshes it', async () => {
  const own = await createGround()
  await own.run(sandboxOnly)
  own.clock.advance(8 * 3600)
  expect(await own.run(() => true)).toMatchObject({ refreshed: 1 })
})

test('tenants that are served still count as overdue', async () => {
  const own = await createGround()
  const other = { ...own.row(), tenant: 'other' }
  await own.tenants.create({ ...other, environment: 'sandbox' }, [])
  const dueAt = addSeconds(start, -3600)
  await own.due.insert({ ...other, environment: 'sandbox', identityProvider: 'microsoft', dueAt })
  expect((await own.run(sandboxOnly)).oldestOverdueSeconds).toBe(3600)
})

test('a hint that names an earlier registration is no reason to park', async () => {
  const own = await createGround()
  await own.due.insert({ ...name, environment: 'sandbox', identityProvider: 'microsoft', dueAt: start })
  await own.run(({ environment }) => environment === 'production')
  expect(own.logged).not.toContain('tenant.parked')
})

test('a disconnect is finished all the same', async () => {
  const own = await createGround()
  const remove = async () => {
    throw new Error('the vault is read-only')
  }
  await disconnectTenant(
    { ...own.dependencies, grants: { ...own.dependencies.grants, forget: remove } },
    name,
  )
  expect(own.live()).toEqual(['rt'])
  own.clock.advance(301)
  await own.run(sandboxOnly)
  expect(own.live()).toEqual([])
  expect(await own.dueTimes()).toEqual([])
})

test('a superseded secret of a parked tenant is destroyed all the same', async () => {
  const own = await createGround()
  const left = await own.dependencies.grants.write(new Secret('old'), owner)
  const stored = await own.tenants.read(name)
  if (!stored) throw new Error('no tenant')
  await own.tenants.replace(stored, { ...stored.tenant, secretsToDestroy: [left] }, [])
  await own.run(sandboxOnly)
  expect(own.live()).toEqual(['rt'])
  expect(await own.dueTimes()).toEqual([midnight.toISOString()])
})

test('the hint of a dead grant is removed, not parked', async () => {
  const own = await createGround()
  const stored = await own.tenants.read(name)
  if (!stored) throw new Error('no tenant')
  const { dueAt: _dueAt, ...row } = stored.tenant
  await own.tenants.replace(stored, { ...row, status: 'reauthorization_required' }, [])
  await own.run(sandboxOnly)
  expect(await own.dueTimes()).toEqual([])
})
