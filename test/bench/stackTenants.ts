import pMap from 'p-map'
import { openBroker } from '../../scripts/commandLine.ts'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import { grantOwnerOf } from '../../shared/domain/grants.ts'
import type { World } from '../end-to-end/world.ts'

/**
 * Writes due tenants that all descend from one sign-in, each with its own vault secret; the sign-in, like
 * Microsoft's, allows reuse of a refresh token.
 */
export async function createProductionTenants(world: World, count: number): Promise<void> {
  const name = { workspace: 'demo', tenant: await world.connected() }
  Object.assign(process.env, world.stack.settings())
  const { tenants, grantServices, grantStores } = await openBroker(undefined)
  const first = (await tenants.read(name))?.tenant
  const grant = first?.grant
  if (!first || !grant) throw new Error('The first tenant has no grant.')
  const refreshToken = await grantStores.vault.read(grant.reference, grantOwnerOf(first, grant))
  if (!refreshToken) throw new Error('The first tenant has no refresh token.')
  const dueAt = addSeconds(new Date(), -60)
  const numbers = Array.from({ length: count }, (_, number) => number)
  await pMap(
    numbers,
    async (number) => {
      const tenant = { ...first, tenant: `due-${name.tenant}-${number}`, dueAt }
      const reference = await grantStores.vault.write(refreshToken, grantOwnerOf(tenant, grant))
      await tenants.create({ ...tenant, grant: { ...grant, reference } }, [])
      await grantServices.due.insert(dueRowOf(tenant, grant, dueAt))
    },
    { concurrency: 16 },
  )
}
