import { describe, expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { findConnected } from './consents.ts'
import * as useCases from './useCases.ts'
import { World, workspace } from './world.ts'

const hour = 3600_000

function calmWorld(seed: number): World {
  const world = new World({ seed, mode: 'microsoft', useCases })
  world.calm = true
  return world
}

async function addTenants(world: World, prefix: string, count: number, dueAt: Date): Promise<void> {
  for (let index = 0; index < count; index++) {
    const tenant: Tenant = {
      workspace,
      tenant: `${prefix}${index}`,
      environment: 'production',
      status: 'pending',
      createdAt: new Date(world.scheduler.now()),
    }
    await world.tenants.create(tenant, [])
    await findConnected(world, tenant, dueAt)
  }
}

describe('the costs', () => {
  test.each([40, 400])('a sweep reads one row for each due tenant, among %i tenants', async (others) => {
    const world = calmWorld(1)
    await addTenants(world, 'due', 20, new Date(world.scheduler.now() - 1))
    await addTenants(world, 'other', others, new Date(world.scheduler.now() + 100 * hour))
    const broker = world.start()
    const { report } = await world.until(
      useCases.sweep({ ...broker.dependencies, refresher: broker.refresher }),
    )
    expect({ due: report.due, refreshed: report.refreshed, read: broker.rowsRead() }).toEqual({
      due: 20,
      refreshed: 20,
      read: 20,
    })
  })

  test('a vend and a sweep in one process share one refresh', async () => {
    const world = calmWorld(3)
    await addTenants(world, 't', 1, new Date(world.scheduler.now() + hour / 4))
    await world.pass(2 * hour)
    const broker = world.start()
    const name = { workspace, tenant: 't0' }
    const [vended, swept] = await world.until(
      Promise.all([
        broker.refresher.refresh(name, { for: 'vend', minValiditySeconds: 60 }),
        broker.refresher.refresh(name, { for: 'sweep' }),
      ]),
    )
    expect([vended.outcome, swept.outcome]).toEqual(['refreshed', 'fresh'])
    expect({ calls: world.totals().calls, read: broker.rowsRead() }).toEqual({ calls: 1, read: 1 })
  })

  test('a caller that waits for another’s refresh gets its own required validity', async () => {
    const world = calmWorld(4)
    await addTenants(world, 't', 1, new Date(world.scheduler.now() + 100 * hour))
    await world.pass((world.plan.lifetimeSeconds - 100) * 1000)
    const { refresher } = world.start()
    const purpose = (minValiditySeconds: number) =>
      refresher.refresh({ workspace, tenant: 't0' }, { for: 'vend', minValiditySeconds })
    const outcomes = await world.until(Promise.all([purpose(60), purpose(120)]))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['fresh', 'refreshed'])
  })

  test('a validity that the provider’s lifetimes cannot reach does not cause a loop of calls', async () => {
    const world = calmWorld(5)
    await addTenants(world, 't', 1, new Date(world.scheduler.now() + 100 * hour))
    await world.pass(2 * hour)
    const { accessTokens } = world.start()
    const promise = world.plan.lifetimeSeconds + 100
    for (let vend = 0; vend < 20; vend++) {
      const obtained = await world.until(accessTokens.get({ workspace, tenant: 't0' }, promise))
      expect(obtained).toMatchObject({ ok: false, because: 'validity_not_reached' })
      await world.pass(1000)
    }
    expect(world.totals().calls).toBe(1)
  })

  test('callers in several processes of one stale tenant cost one call', async () => {
    const world = calmWorld(2)
    await addTenants(world, 't', 1, new Date(world.scheduler.now() + 100 * hour))
    await world.pass(2 * hour)
    const brokers = [world.start(), world.start(), world.start()]
    const name = { workspace, tenant: 't0' }
    const vends = brokers.flatMap(({ accessTokens }) =>
      Array.from({ length: 50 }, () => accessTokens.get(name, 60)),
    )
    const answers = await world.until(Promise.all(vends))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(150)
    expect(world.totals().calls).toBe(1)
  })
})
