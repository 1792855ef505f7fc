import type { AdvertiserAccount, CustomerRole } from './customerManagementSchemas.ts'

/** One customer through which a user reaches an account. */
export interface AccountWay {
  /** The value for the `CustomerId` header. */
  readonly customerId: string
  readonly roleId?: string
}

/** Finds how the user reaches an account: all ways, the first one to be used. */
export type FindAccountWays = (
  account: Pick<AdvertiserAccount, 'accountId' | 'ownerCustomerId' | 'agencies'>,
) => readonly AccountWay[]

/**
 * Indexes a user's roles. Direct roles in the owning customer come first, then roles there through a customer link,
 * then the account's agencies: those that a role names (`LinkedAccountIds`), and those that the account itself names
 * (`LinkedAgencies`), because roles don't always name every linked account (BingAds-Python-SDK issue 149).
 * See guides/account-hierarchy-permissions.md. Empty if no role explains the account.
 */
export function createAccountWayFinder(roles: readonly CustomerRole[]): FindAccountWays {
  const directFirst = roles.toSorted((a, b) => Number(isByLink(a)) - Number(isByLink(b)))
  const byCustomer = Map.groupBy(directFirst, (role) => role.customerId)
  const byLinkedAccount = groupByLinkedAccount(directFirst)
  return ({ accountId, ownerCustomerId, agencies }) => {
    const own = (byCustomer.get(ownerCustomerId) ?? []).filter((role) => covers(role, accountId))
    const named = byLinkedAccount.get(accountId) ?? []
    const linked = agencies.flatMap(({ customerId }) => byCustomer.get(customerId) ?? []).filter(seesAll)
    return withoutRepetition([...own, ...named, ...linked])
  }
}

/** The account ids that roles list explicitly, without duplicates. */
export function accountIdsOf(roles: readonly CustomerRole[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => [...role.accountIds, ...role.linkedAccountIds]))]
}

/** Whether a role covers each account of its customer, own and linked ones. */
export function seesAll(role: CustomerRole): boolean {
  return role.customerLinkPermission !== 'LinkedEntityOnly' && role.accountIds.length === 0
}

/** Whether the user is a user of the role's customer, instead of reaching it through a customer link. */
export function isDirect(role: CustomerRole): boolean {
  return !isByLink(role)
}

function groupByLinkedAccount(roles: readonly CustomerRole[]): ReadonlyMap<string, CustomerRole[]> {
  const named = roles.flatMap((role) => role.linkedAccountIds.map((accountId) => ({ accountId, role })))
  const groups = Map.groupBy(named, ({ accountId }) => accountId)
  return new Map([...groups].map(([accountId, entries]) => [accountId, entries.map(({ role }) => role)]))
}

function isByLink(role: CustomerRole): boolean {
  return role.customerLinkPermission !== ''
}

function covers(role: CustomerRole, accountId: string): boolean {
  return (
    seesAll(role) ||
    (role.customerLinkPermission !== 'LinkedEntityOnly' && role.accountIds.includes(accountId))
  )
}

function withoutRepetition(roles: readonly CustomerRole[]): readonly AccountWay[] {
  const first = new Map<string, CustomerRole>()
  for (const role of roles) if (!first.has(role.customerId)) first.set(role.customerId, role)
  return [...first.values()].map(({ customerId, roleId }) => ({ customerId, ...(roleId && { roleId }) }))
}
