import type { SharedClock } from '../clock.ts'
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
import { overdueSecrets, withoutOverdue } from './uncommittedSecrets.ts'

/**
 * Ends a consent that wasn't confirmed in time, by storage's clock: the row drops it first, so a late confirmation finds
 * nothing; then its refresh token is destroyed. Secrets that no commit named in time end in the same way. This also
 * finishes the work that a disconnect left.
 * @returns whether everything is done. Otherwise a later sweep must try again.
 */
export async function expirePending(
  dependencies: DestroyDependencies &
    MarkDependencies &
    AccountRemovalDependencies & { readonly clock: SharedClock },
  stored: StoredTenant,
): Promise<boolean> {
  const { clock, grants } = dependencies
  const now = clock.storageNow() ?? new Date(0)
  const ended = await changeTenant(dependencies, stored, (row) => {
    const { pendingGrant } = row
    const hasExpired = pendingGrant !== undefined && pendingGrant.expiresAt <= now
    const overdue = overdueSecrets(row, now)
    if (!hasExpired)
      return overdue.length > 0
        ? { next: withSecretsToDestroy(grants, withoutOverdue(row, now), overdue) }
        : undefined
    const superseded = [pendingGrant.grant.reference, ...overdue]
    return { next: withSecretsToDestroy(grants, withoutOverdue(withoutPendingGrant(row), now), superseded) }
  })
  if (!('stored' in ended)) return false
  if (ended.outcome === 'changed') await removeExpiredAccounts(dependencies, ended)
  const marked = await writeOwedMark(dependencies, ended.stored)
  const { tenant } = await finishAccountRemoval(dependencies, await destroySecrets(dependencies, marked))
  const isDone = !tenant.secretsToDestroy && !tenant.owesMark && !owesAccounts(tenant)
  return isDone && !isOverdue(tenant, clock.now())
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

/** Whether something is over only by this process's clock. A later sweep decides. */
function isOverdue(row: Tenant, now: Date): boolean {
  const { pendingGrant } = row
  return overdueSecrets(row, now).length > 0 || (pendingGrant !== undefined && pendingGrant.expiresAt <= now)
}

/** Whether a row has anything besides its grants for a sweep to finish. */
export function hasCleanUp(row: Tenant): boolean {
  const { owesMark, secretsToDestroy, uncommittedSecrets } = row
  return Boolean(owesMark || secretsToDestroy || uncommittedSecrets) || owesAccounts(row)
}
