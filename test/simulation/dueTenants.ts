import type { Tenant } from '../../shared/tenants/tenant.ts'
import { findConnected } from './actions.ts'
import type { SimulatedBroker } from './broker.ts'
import * as useCases from './useCases.ts'
import { World, workspace } from './world.ts'

/** A calm world of due tenants `t1`, `t2` …, and one broker to sweep them. */
export async function dueTenants(count: number): Promise<{ world: World; broker: SimulatedBroker }> {
  const world = new World({ seed: 1, mode: 'microsoft', useCases })
  world.calm = true
  for (let index = 1; index <= count; index++) {
    const tenant: Tenant = {
      workspace,
      tenant: `t${index}`,
      environment: 'production',
      status: 'pending',
      createdAt: new Date(world.scheduler.now()),
    }
    await world.tenants.create(tenant, [])
    await findConnected(world, tenant, new Date(world.scheduler.now() - 1))
  }
  return { world, broker: world.start() }
}
