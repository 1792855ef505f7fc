import { createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { TenantName } from '../../shared/domain/tenant.ts'
import { changeTenant } from '../../shared/tenants/changeTenant.ts'
import type { Stack } from '../stack.ts'

/**
 * Makes a tenant due now, as if time had passed: changes only the due time in its row and the due index.
 * @throws Error if there is no such connected tenant, or if other processes keep changing it.
 */
export async function makeDueNow(stack: Stack, name: TenantName): Promise<void> {
  const { grantServices, clock } = createBroker(parseConfig(stack.settings()))
  const { due } = grantServices
  const dueAt = clock.now()
  const changed = await changeTenant(grantServices, name, async (row) => {
    if (!row.grant) throw new Error(`Tenant ${name.tenant} of ${name.workspace} has no grant.`)
    await due.insert(dueRowOf(row, row.grant, dueAt))
    return { next: { ...row, dueAt } }
  })
  if (changed.outcome !== 'changed') throw new Error(`Tenant ${name.tenant}: ${changed.outcome}.`)
  const { grant, dueAt: before } = changed.before
  if (grant && before) await due.remove(dueRowOf(changed.before, grant, before))
}
