import type { AccountWay } from '../domain/account.ts'
import type { AdvertiserAccount, CustomerRole } from './customerManagementSchemas.ts'

/** Finds how the user reaches an account: all ways, the strongest role first. */
type FindAccountWays = (
  account: Pick<AdvertiserAccount, 'accountId' | 'ownerCustomerId' | 'agencies'>,
) => readonly AccountWay[]

/**
 * Indexes a user's roles. An account is reached through its owner, through agencies that a role names
 * (`LinkedAccountIds`), and through agencies that the account itself names (`LinkedAgencies`), because roles don't always
 * name every linked account (BingAds-Python-SDK issue 149). The role in effect depends on the customer that a call names
 * (guides/account-hierarchy-permissions.md), so the strongest comes first; among equals the owner, then direct roles.
 * Empty if no role explains the account.
 */
export function createAccountWayFinder(roles: readonly CustomerRole[]): FindAccountWays {
  const directFirst = roles.toSorted((a, b) => Number(isByLink(a)) - Number(isByLink(b)))
  const byCustomer = Map.groupBy(directFirst, (role) => role.customerId)
  const byLinkedAccount = groupByLinkedAccount(directFirst)
  return ({ accountId, ownerCustomerId, agencies }) => {
    const own = (byCustomer.get(ownerCustomerId) ?? []).filter((role) => covers(role, accountId))
    const named = byLinkedAccount.get(accountId) ?? []
    const linked = agencies.flatMap(({ customerId }) => byCustomer.get(customerId) ?? []).filter(seesAll)
    return strongestFirst([...own, ...named, ...linked])
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

/** The most ways to keep of one account. */
const maxWays = 100

function strongestFirst(roles: readonly CustomerRole[]): readonly AccountWay[] {
  const strongest = new Map<string, CustomerRole>()
  for (const role of roles.toSorted((a, b) => strengthOf(b) - strengthOf(a))) {
    if (!strongest.has(role.customerId)) strongest.set(role.customerId, role)
  }
  return [...strongest.values()].slice(0, maxWays).map(toWay)
}

/** A role as a way through its customer. */
export function toWay({ customerId, customerLinkPermission, roleId }: CustomerRole): AccountWay {
  return {
    customerId,
    ...(roleId && { roleId }),
    ...(customerLinkPermission && { linkPermission: customerLinkPermission }),
  }
}

/** Roles from strong to weak (customerrole.md, `RoleId`): Super Admin, Aggregator, Standard User, Campaign Manager. */
const strengths: Readonly<Record<string, number>> = { 41: 6, 33: 5, 203: 3, 16: 2, 100: 0 }

/** A Standard link restricts a Super Admin. A role that Microsoft doesn't document may do more than a Viewer. */
function strengthOf({ customerLinkPermission, roleId = '' }: CustomerRole): number {
  return roleId === '41' && customerLinkPermission === 'Standard' ? 4 : (strengths[roleId] ?? 1)
}
