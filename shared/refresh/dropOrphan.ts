import type { DueIndex, DueRow } from '../domain/due.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import { areAccountsUnfinished } from '../domain/unfinishedAccounts.ts'
import { expirePending, hasCleanUp } from '../tenants/expirePending.ts'
import { removeHint } from './removeHint.ts'

/** Dependencies of dropping due rows that belong to nothing. */
export type OrphanDependencies = Parameters<typeof expirePending>[0] & {
  readonly due: Pick<DueIndex, 'move' | 'remove'>
}

/**
 * Removes a due row that the tenant's row doesn't confirm, at the cost of one read. Not while the tenant is leased: the
 * holder can insert the next due row before it commits. Nor before what a disconnect or a consent left is finished: the due
 * row stays until then, so a later sweep returns to it.
 * @returns `accounts_unfinished` if it stays because a sign-in left accounts unread or unwritten.
 */
export async function dropOrphan(
  dependencies: OrphanDependencies,
  row: DueRow,
  stored: StoredTenant,
): Promise<'done' | 'accounts_unfinished'> {
  const { clock, due } = dependencies
  const { tenant } = stored
  if (tenant.lease && tenant.lease.until > clock.now()) return 'done'
  if (tenant.pendingGrant || hasCleanUp(tenant)) {
    if (!(await expirePending(dependencies, stored))) return 'done'
  }
  if (areAccountsUnfinished(tenant)) return 'accounts_unfinished'
  await removeHint(due, row, tenant)
  return 'done'
}
