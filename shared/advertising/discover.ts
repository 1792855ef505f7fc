import { type DiscoveredAccount, maxAccounts } from '../domain/account.ts'
import {
  type AccountAccess,
  accountIdsOf,
  createAccountAccessFinder,
  type FindAccountAccess,
} from './accountAccess.ts'
import { accountUsability } from './accountUsability.ts'
import type { CallResult, CustomerManagement } from './client.ts'
import type { AdvertiserAccount, Customer, CustomerRole, UserAndRoles } from './customerManagementSchemas.ts'
import { findCustomerNames } from './customerNames.ts'
import type { Credentials } from './services.ts'
import { type LinkWalk, maxWalkedCustomers, walkLinks } from './walkLinks.ts'

/** A customer in which the user has a role. */
export interface DiscoveredCustomer extends Customer {
  readonly roleId?: string
}

/** All customers and accounts that a user can reach. */
export interface Discovery {
  readonly advertisingUserId: string
  readonly userName: string
  readonly accounts: readonly DiscoveredAccount[]
  readonly customers: readonly DiscoveredCustomer[]
  /** Set if there are more accounts or roles than the broker reads; those found are kept. */
  readonly isCut?: true
}

/** The most roles to read: the number of customers that Microsoft returns in one answer (getcustomersinfo.md, `TopN`). */
const maxRoles = 5000

/**
 * The limit of a whole discovery: a person waits for it in the browser, and the platform ends an HTTP call after
 * 230 s (functions-scale, "timeout").
 */
const discoverySeconds = 120

/**
 * Finds every customer and account of the signed-in user, as Microsoft recommends (guides/get-started.md):
 * the user and the roles, then the accounts page by page, then the links for accounts that the roles don't explain.
 * All or nothing: a fault along the way is the result, but customers may lack a name. All calls together
 * have 120 seconds.
 */
export async function discoverAccounts(
  client: CustomerManagement,
  given: Credentials,
): Promise<CallResult<Discovery>> {
  const credentials = { ...given, signal: AbortSignal.timeout(discoverySeconds * 1000) }
  const user = await client.getUser(credentials)
  if (!user.ok) return user
  const searched = await client.searchAccounts(credentials, user.value.userId)
  if (!searched.ok) return searched
  const roles = user.value.roles.slice(0, maxRoles)
  const findReach = createAccountAccessFinder(roles)
  const wanted = searched.value.isCut
    ? unreached(searched.value.accounts, findReach)
    : unexplained(searched.value.accounts, roles, findReach)
  const roots = new Set(roles.map((role) => role.customerId))
  const walk = await walkLinks(client, credentials, [...roots], wanted)
  if (!walk.ok) return walk
  const listed = onlyListed(searched.value.accounts, roles, walk.value)
  const accounts = [...searched.value.accounts, ...listed]
  const isCut = searched.value.isCut || accounts.length > maxAccounts || user.value.roles.length > maxRoles
  const reached = accounts
    .slice(0, maxAccounts)
    .map((account) => toReached(account, findReach(account), walk.value))
  const customerIds = new Set([...roots, ...reached.map((account) => account.customerId)])
  const names = await findCustomerNames(client, credentials, customerIds, walk.value.customers)
  return {
    ok: true,
    value: { ...toDiscovery({ ...user.value, roles }, reached, names), ...(isCut && { isCut }) },
  }
}

/**
 * The accounts that only the links can explain: reached without a role, or named by a role but not found by the search.
 */
function unexplained(
  searched: readonly AdvertiserAccount[],
  roles: readonly CustomerRole[],
  findReach: FindAccountAccess,
): ReadonlySet<string> {
  return new Set([...notSearched(searched, roles), ...unreached(searched, findReach)])
}

/** After an incomplete search, roles may name any number of missing accounts: only these are searched for. */
function unreached(
  searched: readonly AdvertiserAccount[],
  findReach: FindAccountAccess,
): ReadonlySet<string> {
  return new Set(searched.filter((account) => !findReach(account)).map((account) => account.accountId))
}

/** Accounts that roles name but only the links describe: the search lags behind a new link. */
function onlyListed(
  searched: readonly AdvertiserAccount[],
  roles: readonly CustomerRole[],
  walk: LinkWalk,
): readonly AdvertiserAccount[] {
  const owners = new Map(roles.flatMap((role) => role.accountIds.map((id) => [id, role.customerId])))
  return notSearched(searched, roles).flatMap((id) => {
    const listed = walk.accounts.get(id)
    return listed ? [{ ...listed.account, ownerCustomerId: owners.get(id) ?? '' }] : []
  })
}

const unknownReach = `The broker doesn’t know which customer gives access: the hierarchy has more than ${maxWalkedCustomers} customers or is deeper than Microsoft documents.`

type ReachedAccount = Omit<DiscoveredAccount, 'customerName'>

function toReached(
  account: AdvertiserAccount,
  byRole: AccountAccess | undefined,
  walk: LinkWalk,
): ReachedAccount {
  const listedBy = walk.accounts.get(account.accountId)?.customerId
  const reach = byRole ?? { customerId: listedBy ?? account.ownerCustomerId }
  const isUnknown = !byRole && !listedBy && walk.isCut
  return {
    ...account,
    ...reach,
    linked: reach.customerId !== account.ownerCustomerId,
    ...(isUnknown ? { usable: false, note: unknownReach, reachUnknown: true } : accountUsability(account)),
  }
}

function toDiscovery(
  user: UserAndRoles,
  reached: readonly ReachedAccount[],
  names: ReadonlyMap<string, string>,
): Discovery {
  const nameOf = (customerId: string) => names.get(customerId) ?? ''
  return {
    advertisingUserId: user.userId,
    userName: user.userName,
    accounts: reached.map((account) => ({ ...account, customerName: nameOf(account.customerId) })),
    customers: user.roles.filter(isFirstOfItsCustomer).map(({ customerId, roleId }) => ({
      customerId,
      name: nameOf(customerId),
      ...(roleId && { roleId }),
    })),
  }
}

function isFirstOfItsCustomer(role: CustomerRole, index: number, roles: readonly CustomerRole[]): boolean {
  return roles.findIndex((other) => other.customerId === role.customerId) === index
}

function notSearched(
  searched: readonly AdvertiserAccount[],
  roles: readonly CustomerRole[],
): readonly string[] {
  const found = new Set(searched.map((account) => account.accountId))
  return accountIdsOf(roles).filter((id) => !found.has(id))
}
