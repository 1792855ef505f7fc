import { expect, test } from 'vitest'
import type { Tenant } from '../../shared/tenants/tenant.ts'
import { findConnected } from './actions.ts'
import * as useCases from './useCases.ts'
import { World, workspace } from './world.ts'

const second = 1000

/** An idle tenant whose token is about to expire is vended by one process while another one sweeps. */
async function wakeBesideSweep(seed: number): Promise<string | undefined> {
  const world = new World({ seed, mode: 'microsoft', useCases })
  world.calm = true
  const now = world.scheduler.now()
  const pending: Tenant = {
    workspace,
    tenant: 't1',
    environment: 'production',
    status: 'pending',
    createdAt: new Date(now),
  }
  await world.tenants.create(pending, [])
  await findConnected(world, pending, new Date(now + 12 * 3600 * second))
  await world.pass((world.plan.lifetimeSeconds - 400) * second)
  const [waking, sweeping] = [world.start(), world.start()]
  const sweepLater = async () => {
    await world.pass(world.random.below(200))
    await world.until(useCases.sweep({ ...sweeping.dependencies, refresher: sweeping.refresher }))
  }
  const vend = waking.obtain.obtain({ workspace, tenant: 't1' })
  await sweepLater()
  await world.until(vend)
  await world.drain()
  return world.violation?.message
}

test('a sweep beside the vend that wakes an idle tenant does not forget it', async () => {
  const broken: string[] = []
  for (let seed = 1; seed <= 400; seed++) {
    const message = await wakeBesideSweep(seed).catch(String)
    if (message) broken.push(`${seed}: ${message}`)
  }
  expect(broken).toEqual([])
})
