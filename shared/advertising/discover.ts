import type { Clock } from '../clock.ts'
import { type DiscoveredAccount, maxAccounts } from '../domain/account.ts'
import type { CallResult, CustomerManagement } from './client.ts'
import { completeSearch } from './completeSearch.ts'
import type { Customer, CustomerRole, UserAndRoles } from './customerManagementSchemas.ts'
import { findCustomerNames } from './customerNames.ts'
import { createDiscoveryCalls } from './discoveryCalls.ts'
import { type Reach, reachAccounts } from './reachAccounts.ts'
import { searchAllAccounts } from './searchAccounts.ts'
import type { Credentials } from './services.ts'
import type { PassedOverCustomer, Unfinished } from './unfinished.ts'

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
  /** Set if a fault or the time limit ended it: what was found is kept, and a later discovery finds the rest. */
  readonly unfinished?: Unfinished
  /** Customers that Microsoft didn't list: an account that only they explain has `reachUnknown`. */
  readonly passedOver: readonly PassedOverCustomer[]
}

/** The limit of all calls of a discovery together: the platform ends an HTTP call after 230 s. */
export const discoverySeconds = 120

/** How to discover. */
export interface DiscoveryOptions {
  readonly clock: Pick<Clock, 'sleep'>
  /** The limit of all calls together. Default is {@link discoverySeconds}. */
  readonly limitSeconds?: number
  /** Ends the discovery early, like its limit. */
  readonly signal?: AbortSignal
  /** How many calls may be under way. Default is 4; the sandbox allows one thread (guides/sandbox.md). */
  readonly callsAtOnce?: number
  /** Accounts known before, the most important first: before they count as vanished, they are looked up. */
  readonly expectedAccountIds?: readonly string[]
}

/** The most roles to read: the number of customers that Microsoft returns in one answer (getcustomersinfo.md, `TopN`). */
const maxRoles = 5000

/**
 * Finds every customer and account of the signed-in user, as Microsoft recommends (guides/get-started.md):
 * the user and the roles, then the accounts page by page, then single accounts and links for what these don't explain.
 * The user and the first page are needed; a fault after them leaves the discovery unfinished, unless nothing was found
 * until then. Customers may lack a name.
 */
export async function discoverAccounts(
  client: CustomerManagement,
  given: Credentials,
  options: DiscoveryOptions,
): Promise<CallResult<Discovery>> {
  const { clock, limitSeconds = discoverySeconds, callsAtOnce = 4, expectedAccountIds = [] } = options
  const limit = AbortSignal.timeout(Math.round(limitSeconds * 1000))
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit
  const credentials = { ...given, signal }
  const calls = createDiscoveryCalls(client, credentials, { clock, atOnce: callsAtOnce })
  const user = await calls.getUser()
  if (!user.ok) return user
  const searched = await searchAllAccounts(calls, user.value.userId)
  if (!searched.ok) return searched
  const roles = user.value.roles.slice(0, maxRoles)
  const found = await completeSearch(calls, searched.value, roles, expectedAccountIds)
  const accounts = found.accounts.slice(0, maxAccounts)
  if (accounts.length === 0 && found.unfinished) return { ok: false, fault: found.unfinished.fault }
  const reach = await reachAccounts(calls, { ...found, accounts }, roles)
  const names = reach.unfinished ? namesOf(reach.customers) : await findNames()
  const isCut = found.isCut || accounts.length < found.accounts.length || user.value.roles.length > maxRoles
  return {
    ok: true,
    value: { ...toDiscovery({ ...user.value, roles }, reach, names), ...(isCut && { isCut }) },
  }

  function findNames() {
    const customerIds = [...roles, ...reach.accounts].map(({ customerId }) => customerId)
    return findCustomerNames(calls, new Set(customerIds), reach.customers)
  }
}

function namesOf(customers: readonly Customer[]): ReadonlyMap<string, string> {
  return new Map(customers.map(({ customerId, name }) => [customerId, name]))
}

function toDiscovery(
  user: UserAndRoles,
  { accounts, passedOver, unfinished }: Reach,
  names: ReadonlyMap<string, string>,
): Discovery {
  const nameOf = (customerId: string) => names.get(customerId) ?? ''
  return {
    advertisingUserId: user.userId,
    userName: user.userName,
    accounts: accounts.map((account) => ({ ...account, customerName: nameOf(account.customerId) })),
    customers: user.roles.filter(isFirstOfItsCustomer).map(({ customerId, roleId }) => ({
      customerId,
      name: nameOf(customerId),
      ...(roleId && { roleId }),
    })),
    passedOver,
    ...(unfinished && { unfinished }),
  }
}

function isFirstOfItsCustomer(role: CustomerRole, index: number, roles: readonly CustomerRole[]): boolean {
  return roles.findIndex((other) => other.customerId === role.customerId) === index
}
