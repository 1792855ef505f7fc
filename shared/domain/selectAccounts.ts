import { type Account, type DiscoveredAccount, waysOf } from './account.ts'
import type { DefaultAccount, Tenant } from './tenant.ts'

/** Whether an account may be vended: it was chosen, or there was no choice. */
export function isSelected({ selected }: Pick<Account, 'selected'>): boolean {
  return selected !== false
}

/** Whether calls can be made for an account: it's selected, and the customer through which to reach it is known. */
function isVendable(account: Account): boolean {
  return isSelected(account) && !account.reachUnknown
}

/**
 * Applies an earlier choice to a later discovery. If only some accounts were chosen, an account
 * that appears later isn't chosen; if all were, it is.
 */
export function carrySelection(
  before: readonly Account[],
  discovered: readonly DiscoveredAccount[],
): Account[] {
  if (before.every(isSelected)) return [...discovered]
  return selectAmong(discovered, new Set(before.filter(isSelected).map(({ accountId }) => accountId)))
}

/**
 * Applies an earlier choice to a new sign-in by the same person. Another person's choice, or one of
 * which no account is left, would hide every account from the person, so it ends.
 */
export function carrySelectionToSignIn(
  before: readonly Account[],
  discovered: readonly DiscoveredAccount[],
  isSamePerson: boolean,
): Account[] {
  const carried = isSamePerson ? carrySelection(before, discovered) : []
  return carried.some(isSelected) ? carried : [...discovered]
}

/** Marks every account that is not among the chosen ids. `all` marks none. */
export function selectAmong(
  accounts: readonly DiscoveredAccount[],
  chosen: ReadonlySet<string> | 'all',
): Account[] {
  return accounts.map((account) => {
    const { selected: _before, ...bare } = account as Account
    return chosen === 'all' || chosen.has(account.accountId) ? bare : { ...bare, selected: false as const }
  })
}

/**
 * The account as a default, through this customer if the user still reaches it there, otherwise through the strongest
 * one; undefined unless it is among the selected ones.
 */
export function defaultAmong(
  accounts: readonly Account[],
  accountId: string | undefined,
  customerId?: string,
): DefaultAccount | undefined {
  const found = accounts.filter((account) => account.accountId === accountId && isVendable(account))
  const isKept = found.some((account) => waysOf(account).some((way) => way.customerId === customerId))
  if (accountId !== undefined && customerId !== undefined && isKept) return { accountId, customerId }
  return toDefault(found.find(({ linked }) => !linked) ?? found[0])
}

/**
 * The default stays while it can be reached and is selected. If only one usable account is left to choose, it needs no
 * choice; one that isn't usable is never chosen for the app.
 */
export function defaultAccountOf(
  before: Pick<Tenant, 'defaultAccount'>,
  accounts: readonly Account[],
): DefaultAccount | undefined {
  const { accountId, customerId } = before.defaultAccount ?? {}
  const kept = defaultAmong(accounts, accountId, customerId)
  if (kept) return kept
  const usable = accounts.filter((account) => isVendable(account) && account.usable)
  return usable.length === 1 ? toDefault(usable[0]) : undefined
}

/** Whether two defaults name the same account, reached the same way. */
export function isSameDefault(one: DefaultAccount | undefined, other: DefaultAccount | undefined): boolean {
  return one?.accountId === other?.accountId && one?.customerId === other?.customerId
}

function toDefault(account: Account | undefined): DefaultAccount | undefined {
  return account && { accountId: account.accountId, customerId: account.customerId }
}
