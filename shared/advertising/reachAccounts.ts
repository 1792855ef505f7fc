import type { AccountWay, DiscoveredAccount } from '../domain/account.ts'
import { accountUsability } from './accountUsability.ts'
import { createAccountWayFinder, toWay } from './accountWays.ts'
import type { FoundAccounts } from './completeSearch.ts'
import type { AdvertiserAccount, Customer, CustomerRole } from './customerManagementSchemas.ts'
import type { DiscoveryCalls } from './discoveryCalls.ts'
import { inWords, type PassedOverCustomer, type Unfinished } from './unfinished.ts'
import { type LinkWalk, maxWalkedCustomers, walkLinks } from './walkLinks.ts'

/** An account with the customer through which it's reached, before that customer's name is known. */
type ReachedAccount = Omit<DiscoveredAccount, 'customerName'>

/** The accounts with their paths, and what was learned on the way. */
export interface Reach {
  readonly accounts: readonly ReachedAccount[]
  /** Customers whose names came along. */
  readonly customers: readonly Customer[]
  readonly passedOver: readonly PassedOverCustomer[]
  readonly unfinished?: Unfinished
}

/**
 * Finds the customer through which each account is reached: from the roles, from the account's own agencies, and from
 * customers' lists only for accounts that these don't explain. An account that nothing explains is marked and never
 * vended: a guessed customer would fail at Microsoft, or act in a customer in which the user has no rights.
 */
export async function reachAccounts(
  calls: DiscoveryCalls,
  found: FoundAccounts,
  roles: readonly CustomerRole[],
): Promise<Reach> {
  const findWays = createAccountWayFinder(roles)
  const listed = ({ accountId }: AdvertiserAccount, listedBy: ReadonlyMap<string, string>) =>
    listedWays(listedBy.get(accountId), roles)
  const waysTo = (account: AdvertiserAccount) => {
    const ways = findWays(account)
    return ways.length > 0 ? ways : listed(account, found.listedBy)
  }
  const unexplained = found.accounts.filter((account) => waysTo(account).length === 0)
  const walk = found.unfinished
    ? { ...noWalk, unfinished: found.unfinished }
    : await walkLinks(calls, rootsOf(roles, unexplained), idsOf(unexplained))
  const toAccount = (account: AdvertiserAccount) => {
    const ways = waysTo(account)
    return toReached(account, ways.length > 0 ? ways : listed(account, walk.listedBy), walk)
  }
  const agencies = found.accounts.flatMap((account) => account.agencies)
  const { unfinished } = walk
  return {
    accounts: found.accounts.map(toAccount),
    customers: [...agencies, ...walk.customers],
    passedOver: onceEach([...found.passedOver, ...walk.passedOver]),
    ...(unfinished && { unfinished }),
  }
}

/** A customer can be passed over twice: asked for its accounts, and for its links. */
function onceEach(passedOver: readonly PassedOverCustomer[]): readonly PassedOverCustomer[] {
  return [...new Map(passedOver.map((one) => [one.customerId, one])).values()]
}

const noWalk: LinkWalk = { listedBy: new Map(), customers: [], isCut: false, passedOver: [] }

/** The customers of the roles; those that unexplained accounts name as owner or agency come first. */
function rootsOf(
  roles: readonly CustomerRole[],
  unexplained: readonly AdvertiserAccount[],
): readonly string[] {
  const near = new Set(
    unexplained.flatMap(({ ownerCustomerId, agencies }) => [
      ownerCustomerId,
      ...agencies.map(({ customerId }) => customerId),
    ]),
  )
  const roots = [...new Set(roles.map((role) => role.customerId))]
  return roots.toSorted((a, b) => Number(near.has(b)) - Number(near.has(a)))
}

function idsOf(accounts: readonly AdvertiserAccount[]): ReadonlySet<string> {
  return new Set(accounts.map(({ accountId }) => accountId))
}

/** The way through a customer that lists an account: with the user's role there, if there is one. */
function listedWays(customerId: string | undefined, roles: readonly CustomerRole[]): readonly AccountWay[] {
  if (customerId === undefined) return []
  const role = roles.find((one) => one.customerId === customerId)
  return [role ? toWay(role) : { customerId }]
}

function toReached(
  { agencies: _agencies, ...account }: AdvertiserAccount,
  ways: readonly AccountWay[],
  walk: LinkWalk,
): ReachedAccount {
  const [first] = ways
  const { customerId, roleId } = first ?? { customerId: account.ownerCustomerId }
  return {
    ...account,
    customerId,
    ...(roleId && { roleId }),
    linked: customerId !== account.ownerCustomerId,
    ...(first
      ? { ways, ...accountUsability(account) }
      : { usable: false, note: whyUnknown(walk), reachUnknown: true as const }),
  }
}

function whyUnknown({ isCut, unfinished }: LinkWalk): string {
  const unknown = 'The broker doesn’t know which customer gives access'
  if (unfinished)
    return `${unknown} yet, because Microsoft Advertising ${inWords(unfinished)}. The next discovery continues.`
  if (isCut)
    return `${unknown}: the hierarchy has more than ${maxWalkedCustomers} customers or is deeper than Microsoft documents.`
  return `${unknown}: no role, no agency of the account, and no list of a customer says so.`
}
