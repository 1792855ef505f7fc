import { type Clock, withTimeLimit } from '../clock.ts'
import type { AccountStore } from '../domain/account.ts'
import type { Log } from '../domain/logEvents.ts'
import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withoutAccounts } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'

/** Dependencies of removing a disconnected tenant's accounts. */
export interface AccountRemovalDependencies extends ChangeDependencies {
  readonly accounts: Pick<AccountStore, 'removeAll' | 'removeOthers'>
  readonly clock: Clock
  readonly log: Log
}

/** Removing the accounts delays a disconnect by at most this time. */
const disconnectSeconds = 5
/** A sweep gives 100,000 rows this long. The rest is for the next one. */
const sweepSeconds = 60

/** Whether a disconnected tenant's row still names a generation of accounts: its rows must be removed. */
export function owesAccounts({ accountsGeneration, status }: Tenant): boolean {
  return status === 'disconnected' && accountsGeneration !== undefined
}

/**
 * Removes the accounts of a tenant that has just been disconnected. Its row still owes them: what a discovery or a
 * sign-in was writing at that moment is removed by the sweep that reads the disconnect's due row, five minutes later.
 */
export async function removeAccountsNow(
  dependencies: AccountRemovalDependencies,
  { tenant }: StoredTenant,
): Promise<void> {
  if (owesAccounts(tenant)) await removeRows(dependencies, tenant, disconnectSeconds)
}

/**
 * Removes what is left of a disconnected tenant's accounts, and then their generation from its row. A consent that waits
 * for its confirmation has accounts of its own, so nothing is removed before it ends.
 * @returns the current row.
 */
export async function finishAccountRemoval(
  dependencies: AccountRemovalDependencies,
  stored: StoredTenant,
): Promise<StoredTenant> {
  const { tenant } = stored
  if (!owesAccounts(tenant)) return stored
  if (!(await removeRows(dependencies, tenant, sweepSeconds))) return stored
  const struck = await changeTenant(dependencies, stored, (row) =>
    isStillEnded(row, tenant) ? { next: withoutAccounts(row) } : undefined,
  ).catch(() => undefined)
  return struck && 'stored' in struck ? struck.stored : stored
}

async function removeRows(
  { accounts, clock, log, tenants }: AccountRemovalDependencies,
  tenant: Tenant,
  seconds: number,
): Promise<boolean> {
  const isEnded = async () => {
    const row = await tenants.read(tenant)
    return row !== undefined && isStillEnded(row.tenant, tenant)
  }
  try {
    await withTimeLimit(clock, seconds, 'removing the accounts', () => accounts.removeAll(tenant, isEnded))
    return true
  } catch {
    const { environment } = tenant
    log('accounts.left_over', { tenantKey: tenantKey(tenant), environment })
    return false
  }
}

function isStillEnded(row: Tenant, ended: Tenant): boolean {
  return owesAccounts(row) && !row.pendingGrant && row.disconnectCount === ended.disconnectCount
}
