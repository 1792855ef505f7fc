import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { withoutPendingGrant } from '../domain/transitions.ts'
import { type ChangeOutcome, changeTenant } from './changeTenant.ts'
import {
  type AccountRemovalDependencies,
  finishAccountRemoval,
  owesAccounts,
} from './disconnectedAccounts.ts'
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
  dependencies: DestroyDependencies & MarkDependencies & AccountRemovalDependencies,
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
  if (ended.outcome === 'changed') await removeExpiredAccounts(dependencies, ended)
  const marked = await writeOwedMark(dependencies, ended.stored)
  const { tenant } = await finishAccountRemoval(dependencies, await destroySecrets(dependencies, marked))
  return !tenant.secretsToDestroy && !tenant.owesMark && !owesAccounts(tenant)
}

/**
 * Removes the account rows of a consent that no one confirmed. If that fails, the tenant's next discovery removes them,
 * or its disconnect, or its end.
 */
async function removeExpiredAccounts(
  { accounts }: AccountRemovalDependencies,
  { before: { pendingGrant }, stored: { tenant } }: Extract<ChangeOutcome, { outcome: 'changed' }>,
): Promise<void> {
  if (!pendingGrant || tenant.pendingGrant) return
  const { accountsGeneration: expired } = pendingGrant
  const kept = tenant.accountsGeneration ?? ''
  await accounts.removeOthers(tenant, kept, (generation) => generation !== expired).catch(() => undefined)
}

/** Whether a row has anything besides its grants for a sweep to finish. */
export function hasCleanUp(row: Tenant): boolean {
  const { owesMark, secretsToDestroy, uncommittedSecrets } = row
  return Boolean(owesMark || secretsToDestroy || uncommittedSecrets) || owesAccounts(row)
}
