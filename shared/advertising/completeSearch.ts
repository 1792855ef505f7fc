import { accountIdsOf, isDirect, seesAll } from './accountWays.ts'
import { accountsPerLookUp } from './client.ts'
import type { AccountInfo, AdvertiserAccount, CustomerRole } from './customerManagementSchemas.ts'
import type { DiscoveryCalls } from './discoveryCalls.ts'
import { inTurns } from './inTurns.ts'
import type { AccountSearch } from './searchAccounts.ts'
import {
  isAboutOneCall,
  type PassedOverCustomer,
  toPassedOver,
  toUnfinished,
  type Unfinished,
} from './unfinished.ts'

/** The accounts of a search, completed with those that it left out. */
export interface FoundAccounts {
  readonly accounts: readonly AdvertiserAccount[]
  /** The customer that lists an account, by account id. */
  readonly listedBy: ReadonlyMap<string, string>
  readonly isCut: boolean
  readonly passedOver: readonly PassedOverCustomer[]
  readonly unfinished?: Unfinished
}

/** The most accounts that roles or lists name to look up by id. */
const maxNamed = 1000

/** The most vanished accounts to look up by id. If more vanish at once, access was withdrawn. */
const maxVanished = 200

/** The most customers to ask for their accounts, one call each. */
const maxSilentCustomers = 25

/**
 * Looks for accounts that a search by user leaves out: those of a customer in which the user has a direct role and no
 * account was found, since Microsoft doesn't document that the search covers all customers of a user; those that roles
 * name; and those that are expected because they were known before. Does nothing after a search that was cut or
 * unfinished.
 */
export async function completeSearch(
  calls: DiscoveryCalls,
  searched: AccountSearch,
  roles: readonly CustomerRole[],
  expected: readonly string[],
): Promise<FoundAccounts> {
  const nothing = { ...searched, listedBy: new Map<string, string>(), passedOver: [] }
  if (searched.isCut || searched.unfinished) return nothing
  const listed = await listSilentCustomers(calls, silentCustomers(roles, searched.accounts))
  if (listed.unfinished) return { ...nothing, unfinished: listed.unfinished }
  const found = new Set(searched.accounts.map(({ accountId }) => accountId))
  const isMissing = (accountId: string) => !found.has(accountId)
  const named = [...listed.accounts.keys(), ...accountIdsOf(roles)].filter(isMissing)
  const vanished = expected.filter(isMissing).slice(0, maxVanished)
  const lookedUp = await lookUp(calls, [...new Set([...vanished, ...named.slice(0, maxNamed)])])
  const accounts = [...searched.accounts, ...lookedUp.accounts]
  return {
    ...lookedUp,
    accounts: [...accounts, ...onlyListed(listed.accounts, accounts)],
    listedBy: new Map([...listed.accounts].map(([accountId, { customerId }]) => [accountId, customerId])),
    isCut: named.length > maxNamed,
    passedOver: listed.passedOver,
  }
}

/** Customers in which the user has a direct role, and through which no account was found. */
function silentCustomers(
  roles: readonly CustomerRole[],
  accounts: readonly AdvertiserAccount[],
): readonly string[] {
  const heard = new Set(
    accounts.flatMap((account) => [account.ownerCustomerId, ...account.agencies.map((a) => a.customerId)]),
  )
  const found = new Set(accounts.map(({ accountId }) => accountId))
  const isSilent = (role: CustomerRole) =>
    isDirect(role) &&
    seesAll(role) &&
    !heard.has(role.customerId) &&
    !role.linkedAccountIds.some((accountId) => found.has(accountId))
  return [...new Set(roles.filter(isSilent).map(({ customerId }) => customerId))].slice(0, maxSilentCustomers)
}

interface ListedAccounts {
  readonly accounts: Map<string, { readonly account: AccountInfo; readonly customerId: string }>
  readonly passedOver: PassedOverCustomer[]
  unfinished?: Unfinished
}

async function listSilentCustomers(
  calls: DiscoveryCalls,
  customerIds: readonly string[],
): Promise<ListedAccounts> {
  const listed: ListedAccounts = { accounts: new Map(), passedOver: [] }
  await inTurns(
    customerIds,
    calls.atOnce,
    calls.getAccountsInfo,
    (answer, customerId) => {
      if (answer.ok) {
        for (const account of answer.value) listed.accounts.set(account.accountId, { account, customerId })
      } else if (isAboutOneCall(answer.fault)) {
        listed.passedOver.push(toPassedOver(customerId, answer.fault))
      } else listed.unfinished ??= toUnfinished(answer.fault, calls.isOver(), true)
    },
    () => listed.unfinished !== undefined,
  )
  return listed
}

/** Looks up accounts by id, ten a call. An id that isn't found is no account, or one that the user can't reach. */
async function lookUp(
  calls: DiscoveryCalls,
  accountIds: readonly string[],
): Promise<{ accounts: AdvertiserAccount[]; unfinished?: Unfinished }> {
  const found: { accounts: AdvertiserAccount[]; unfinished?: Unfinished } = { accounts: [] }
  const wanted = new Set(accountIds)
  const tens = Array.from({ length: Math.ceil(accountIds.length / accountsPerLookUp) }, (_, index) =>
    accountIds.slice(index * accountsPerLookUp, (index + 1) * accountsPerLookUp),
  )
  await inTurns(
    tens,
    calls.atOnce,
    calls.findAccounts,
    (answer) => {
      if (answer.ok) found.accounts.push(...answer.value.filter((account) => wanted.has(account.accountId)))
      else found.unfinished ??= toUnfinished(answer.fault, calls.isOver(), true)
    },
    () => found.unfinished !== undefined,
  )
  return found
}

/** Accounts that a customer lists and a look-up doesn't return: their owner isn't known. */
function onlyListed(
  listed: ListedAccounts['accounts'],
  found: readonly AdvertiserAccount[],
): readonly AdvertiserAccount[] {
  const ids = new Set(found.map(({ accountId }) => accountId))
  return [...listed.values()]
    .filter(({ account }) => !ids.has(account.accountId))
    .map(({ account }) => ({ ...account, ownerCustomerId: '', agencies: [] }))
}
