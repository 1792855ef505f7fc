import type { StoredTenant } from '../domain/tenant.ts'
import { destroyLeftovers, type LeftoverDependencies, withLeftovers } from './leftovers.ts'

/**
 * Ends a consent that nobody has confirmed in time: the row forgets it first, so that a late confirmation finds
 * nothing, then its refresh token is destroyed.
 * @returns whether nothing of it is left; else somebody must look again.
 */
export async function expirePending(
  dependencies: LeftoverDependencies,
  stored: StoredTenant,
): Promise<boolean> {
  const { clock, grants, tenants } = dependencies
  const { pendingGrant, ...rest } = stored.tenant
  const hasExpired = pendingGrant !== undefined && pendingGrant.expiresAt <= clock.now()
  const next = withLeftovers(grants, rest, [pendingGrant?.grant.reference])
  const row = hasExpired ? await tenants.replace(stored, next, []) : stored
  if (row === 'conflict') return false
  return (await destroyLeftovers(dependencies, row)).tenant.leftovers === undefined
}
