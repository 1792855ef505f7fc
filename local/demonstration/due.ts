import { createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { TenantName } from '../../shared/domain/tenant.ts'
import type { Stack } from '../stack.ts'

/**
 * Makes a tenant due now, as if time had passed: changes only the due time in its row and the due index.
 * @throws Error if there is no such connected tenant, or if another process changed it at the same time.
 */
export async function makeDueNow(stack: Stack, name: TenantName): Promise<void> {
  const { tenants, grantServices, clock } = createBroker(parseConfig(stack.settings()))
  const stored = await tenants.read(name)
  if (!stored?.tenant.grant) throw new Error(`Tenant ${name.tenant} of ${name.workspace} has no grant.`)
  const { tenant } = stored
  const { grant } = stored.tenant
  const dueAt = clock.now()
  await grantServices.due.insert(dueRowOf(tenant, grant!, dueAt))
  const written = await tenants.replace(stored, { ...tenant, dueAt }, [])
  if (written === 'conflict') throw new Error(`Tenant ${name.tenant} is being changed by another process.`)
  if (tenant.dueAt) await grantServices.due.remove(dueRowOf(tenant, grant!, tenant.dueAt))
}
