import { describe, expect, test } from 'vitest'
import type { SimulatedBroker } from './broker.ts'
import { dueTenants } from './dueTenants.ts'
import * as useCases from './useCases.ts'
import type { World } from './world.ts'

const minute = 60_000

function sweepOf(world: World, broker: SimulatedBroker) {
  return world.until(useCases.sweep({ ...broker.dependencies, refresher: broker.refresher }))
}

/** Their directories refuse the app, as often as anybody asks. */
function refuseApp(world: World, tenants: readonly string[]): void {
  for (const { tenant } of world.tenants.rows()) {
    const family = world.provider.family(tenant.grant?.consenter.subject ?? '')
    if (tenants.includes(tenant.tenant)) family?.glitches.push(...Array(50).fill('app_refused'))
  }
}

describe('a sweep', () => {
  test('goes on past a tenant whose directory refuses the app', async () => {
    const { world, broker } = await dueTenants(60)
    refuseApp(world, ['t1', 't2'])
    const { report } = await sweepOf(world, broker)
    expect(report).toMatchObject({ due: 60, refreshed: 58, failed: { operator: 2 } })
    expect(world.row('t1')?.tenant).toMatchObject({ status: 'connected', trouble: { actor: 'operator' } })
  })

  test('stops when every tenant is refused the app, and ends the hold once one is not', async () => {
    const { world, broker } = await dueTenants(60)
    const everyone = Array.from({ length: 60 }, (_, index) => `t${index + 1}`)
    refuseApp(world, everyone)
    world.checks.held = () => {}
    const { report } = await sweepOf(world, broker)
    expect(report.refreshed).toBe(0)
    expect(report.failed.operator).toBeLessThan(12)
    expect(await world.holds.get('production:microsoft')).toMatchObject({ reason: 'application_disabled' })
    for (const family of world.provider.families()) family.glitches.length = 0
    await world.pass(5 * minute)
    await sweepOf(world, broker)
    expect(await world.holds.get('production:microsoft')).toBeUndefined()
    await world.pass(10 * minute)
    await sweepOf(world, broker)
    expect([...world.tenants.rows()].filter(({ tenant }) => tenant.trouble)).toEqual([])
  })
})
