import { inTurns } from '../advertising/inTurns.ts'
import type { AccountStore } from '../domain/account.ts'
import { findAccount } from '../domain/findAccount.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'

/** How many accounts are looked up at once. */
const atOnce = 20

/** @throws Problem `account_not_found` for an account of a report that the tenant can't reach, or hasn't chosen. */
export async function assertReachable(
  store: AccountStore,
  tenant: VendedTenant,
  accountIds: readonly string[],
): Promise<void> {
  const find = (accountId: string) => findAccount(store, tenant, accountId)
  await inTurns(
    [...new Set(accountIds)],
    atOnce,
    find,
    () => undefined,
    () => false,
  )
}
