import { grantOwnerOf } from '../domain/grants.ts'
import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { withPendingGrant } from '../domain/transitions.ts'
import { stepOutsideLease } from '../refresh/leaseTime.ts'
import { changeTenant } from '../tenants/changeTenant.ts'
import { destroySecrets, withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { abandonUncommitted, canCommit, listUncommitted } from '../tenants/uncommittedSecrets.ts'
import { type MigrationDependencies, type MigrationTarget, storeNameOf } from './migration.ts'

/**
 * Moves a pending grant like its tenant's active one. It needs no lease, because it isn't refreshed. The
 * row's ETag protects it from a concurrent confirmation, sign-in, or disconnect.
 */
export async function migratePending(
  dependencies: MigrationDependencies,
  stored: StoredTenant,
  { to, needsMove }: MigrationTarget,
): Promise<'moved' | 'nothing_to_move' | 'changed' | 'grant_missing'> {
  const { clock, grants, stores } = dependencies
  const { tenant } = stored
  const waiting = waitingIn(tenant, clock.now())
  if (!waiting) return 'nothing_to_move'
  const before = waiting.grant.reference
  if (storeNameOf(before) === to && !needsMove(before)) return 'nothing_to_move'
  const owner = grantOwnerOf({ ...tenant, environment: waiting.environment }, waiting.grant)
  const read = () => stores[storeNameOf(before)].read(before, owner)
  const refreshToken = await stepOutsideLease(clock, 'reading the pending grant', read)
  if (refreshToken === undefined) return 'grant_missing'
  const reserved = stores[to].reserve()
  const list = () => listUncommitted(dependencies, tenant, owner, reserved)
  if (!(await stepOutsideLease(clock, 'listing the new secret', list))) return 'changed'
  const write = () => stores[to].write(refreshToken, owner, reserved)
  const reference = await stepOutsideLease(clock, 'writing the pending grant', write)
  const commit = () =>
    changeTenant(dependencies, tenant, (row) => {
      if (row.pendingGrant?.grant.reference !== before || !canCommit(row, reserved)) return undefined
      const pendingGrant = { ...row.pendingGrant, grant: { ...row.pendingGrant.grant, reference } }
      return { next: withSecretsToDestroy(grants, withPendingGrant(row, pendingGrant), [before]) }
    })
  const committed = await stepOutsideLease(clock, 'committing the pending grant', commit)
  if (committed.outcome !== 'changed') {
    await abandonUncommitted(dependencies, tenant, reserved)
    return 'changed'
  }
  await destroySecrets(dependencies, committed.stored)
  return 'moved'
}

/** An expired one isn't moved: the sweep destroys it. */
function waitingIn({ pendingGrant }: Tenant, now: Date): Tenant['pendingGrant'] {
  return pendingGrant && pendingGrant.expiresAt > now ? pendingGrant : undefined
}
