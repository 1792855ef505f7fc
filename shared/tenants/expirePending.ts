import type { StoredTenant } from '../domain/tenant.ts'
import { withoutPendingGrant } from '../domain/transitions.ts'
import { changeTenant } from './changeTenant.ts'
import { type MarkDependencies, writeOwedMark } from './owedMark.ts'
import { type DestroyDependencies, destroySecrets, withSecretsToDestroy } from './secretsToDestroy.ts'

/**
 * Ends a consent that wasn't confirmed in time: the row drops it first, so a late confirmation finds
 * nothing; then its refresh token is destroyed. This also finishes the work that a disconnect left.
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
    return hasExpired
      ? { next: withSecretsToDestroy(grants, withoutPendingGrant(row), [pendingGrant.grant.reference]) }
      : undefined
  })
  if (!('stored' in ended)) return false
  const left = await destroySecrets(dependencies, await writeOwedMark(dependencies, ended.stored))
  return !left.tenant.secretsToDestroy && !left.tenant.owesMark
}
