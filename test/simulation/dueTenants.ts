import type { Tenant } from '../../shared/domain/tenant.ts'
import type { SimulatedBroker } from './broker.ts'
import { findConnected } from './consents.ts'
import * as production from './useCases.ts'
import { type UseCases, World, workspace } from './world.ts'

/**
 * A calm world of due tenants `t1`, `t2` …, and a broker to sweep them.
 * @param options defaults are the first seed, and production's code.
 */
export async function dueTenants(
  count: number,
  { seed = 1, useCases = production }: { seed?: number; useCases?: UseCases } = {},
): Promise<{ world: World; broker: SimulatedBroker }> {
  const world = new World({ seed, mode: 'microsoft', useCases })
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
