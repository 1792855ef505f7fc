import type { AdvertiserAccount, CustomerRole } from './customerManagementSchemas.ts'

/** How a user reaches an account. */
export interface AccountAccess {
  /** The value for the `CustomerId` header. */
  readonly customerId: string
  readonly roleId?: string
}

/** Finds how the user reaches an account. */
export type FindAccountAccess = (account: AdvertiserAccount) => AccountAccess | undefined

/**
 * Indexes a user's roles. Direct roles in the owning customer come first, then roles there through a
 * customer link, then the account's agency (guides/account-hierarchy-permissions.md).
 * Undefined if no role explains the account.
 */
export function createAccountAccessFinder(roles: readonly CustomerRole[]): FindAccountAccess {
  const directFirst = roles.toSorted((a, b) => Number(isByLink(a)) - Number(isByLink(b)))
  const byCustomer = groupByCustomer(directFirst.filter(seesOwnAccounts))
  const byLinkedAccount = new Map<string, CustomerRole>()
  for (const role of directFirst.toReversed()) {
    for (const accountId of role.linkedAccountIds) byLinkedAccount.set(accountId, role)
  }
  return (account) => {
    const own = byCustomer.get(account.ownerCustomerId)?.find((role) => covers(role, account.accountId))
    const role = own ?? byLinkedAccount.get(account.accountId)
    return role && { customerId: role.customerId, ...(role.roleId && { roleId: role.roleId }) }
  }
}

/** The account ids that roles list explicitly, without duplicates. */
export function accountIdsOf(roles: readonly CustomerRole[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => [...role.accountIds, ...role.linkedAccountIds]))]
}

function groupByCustomer(roles: readonly CustomerRole[]): ReadonlyMap<string, readonly CustomerRole[]> {
  const groups = new Map<string, CustomerRole[]>()
  for (const role of roles) groups.set(role.customerId, [...(groups.get(role.customerId) ?? []), role])
  return groups
}

function isByLink(role: CustomerRole): boolean {
  return role.customerLinkPermission !== ''
}

function seesOwnAccounts(role: CustomerRole): boolean {
  return role.customerLinkPermission !== 'LinkedEntityOnly'
}

function covers(role: CustomerRole, accountId: string): boolean {
  return role.accountIds.length === 0 || role.accountIds.includes(accountId)
}
