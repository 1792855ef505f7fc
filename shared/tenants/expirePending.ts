import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { withoutPendingGrant } from '../domain/transitions.ts'
import { changeTenant } from './changeTenant.ts'
import { type MarkDependencies, writeOwedMark } from './owedMark.ts'
import { type DestroyDependencies, destroySecrets, withSecretsToDestroy } from './secretsToDestroy.ts'
import { overdueSecrets } from './uncommittedSecrets.ts'

/**
 * Ends a consent that wasn't confirmed in time: the row drops it first, so a late confirmation finds
 * nothing; then its refresh token is destroyed. Secrets that no commit named in time end in the same way. This also
 * finishes the work that a disconnect left.
 * @returns whether everything is done. Otherwise a later sweep must try again.
 */
export async function expirePending(
  dependencies: DestroyDependencies & MarkDependencies,
  stored: StoredTenant,
): Promise<boolean> {
  const { clock, grants } = dependencies
  const ended = await changeTenant(dependencies, stored, (row) => {
    const { pendingGrant } = row
    const hasExpired = pendingGrant !== undefined && pendingGrant.expiresAt <= clock.now()
    const overdue = overdueSecrets(row, clock.now())
    if (!hasExpired)
      return overdue.length > 0 ? { next: withSecretsToDestroy(grants, row, overdue) } : undefined
    const superseded = [pendingGrant.grant.reference, ...overdue]
    return { next: withSecretsToDestroy(grants, withoutPendingGrant(row), superseded) }
  })
  if (!('stored' in ended)) return false
  const left = await destroySecrets(dependencies, await writeOwedMark(dependencies, ended.stored))
  return !left.tenant.secretsToDestroy && !left.tenant.owesMark
}

/** Whether a row has anything besides its grants for a sweep to finish. */
export function hasCleanUp({ owesMark, secretsToDestroy, uncommittedSecrets }: Tenant): boolean {
  return Boolean(owesMark || secretsToDestroy || uncommittedSecrets)
}
