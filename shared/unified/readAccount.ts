import { ianaTimeZone } from '../advertising/timeZones.ts'
import type { Account, AccountStore } from '../domain/account.ts'
import { findEntries } from '../domain/findAccount.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { RowAccount } from './field.ts'

/** The stores of a tenant and its accounts. */
export interface AccountStores {
  readonly tenants: TenantStore
  readonly accounts: AccountStore
}

/**
 * What the last discovery found of an account: of the one with that id or number, or of the default.
 * @returns undefined if there's none. Whether it can be used is the vend's question.
 */
export async function readAccount(
  { tenants, accounts }: AccountStores,
  name: TenantName,
  wanted?: string,
): Promise<Account | undefined> {
  const tenant = (await tenants.read(name))?.tenant
  const accountId = wanted ?? tenant?.defaultAccount?.accountId
  return tenant && accountId ? (await findEntries(accounts, tenant, accountId))[0] : undefined
}

/** What rows of an account don't say. */
export function toRowAccount(accountId: string, account: Account | undefined): RowAccount {
  const { currencyCode, timeZone } = account ?? {}
  return { accountId, currencyCode, ianaTimeZone: ianaTimeZone(timeZone ?? '') }
}
