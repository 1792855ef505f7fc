import type { Account, DiscoveredAccount } from './account.ts'
import type { DefaultAccount, Tenant } from './tenant.ts'

/** Whether an account may be vended: it was chosen, or no choice was made. */
export function isSelected({ selected }: Pick<Account, 'selected'>): boolean {
  return selected !== false
}

/** Whether calls can be made for an account: it is selected, and the way to it is known. */
function isVendable(account: Account): boolean {
  return isSelected(account) && !account.reachUnknown
}

/**
 * Carries a choice over to what was discovered later. Where somebody chose some accounts and not others, an account
 * that appears afterwards is not chosen; where all were, it is.
 */
export function carrySelection(
  before: readonly Account[],
  discovered: readonly DiscoveredAccount[],
): Account[] {
  if (before.every(isSelected)) return [...discovered]
  return selectAmong(discovered, new Set(before.filter(isSelected).map(({ accountId }) => accountId)))
}

/**
 * Carries a choice over to what the same person has just signed in to. What another person chose, or a choice of
 * which nothing is left, would hide every account from the person: it ends instead.
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

/** The account as a default, reached directly where it can be; undefined unless it is among the selected ones. */
export function defaultAmong(
  accounts: readonly Account[],
  accountId: string | undefined,
): DefaultAccount | undefined {
  const found = accounts.filter((account) => account.accountId === accountId && isVendable(account))
  return toDefault(found.find(({ linked }) => !linked) ?? found[0])
}

/** The default stays while it is reached and selected; a single account needs no choice. */
export function defaultAccountOf(
  before: Pick<Tenant, 'defaultAccount'>,
  accounts: readonly Account[],
): DefaultAccount | undefined {
  const kept = defaultAmong(accounts, before.defaultAccount?.accountId)
  if (kept) return kept
  const selected = accounts.filter(isVendable)
  return selected.length === 1 ? toDefault(selected[0]) : undefined
}

/** Whether two defaults name the same account, reached the same way. */
export function isSameDefault(one: DefaultAccount | undefined, other: DefaultAccount | undefined): boolean {
  return one?.accountId === other?.accountId && one?.customerId === other?.customerId
}

function toDefault(account: Account | undefined): DefaultAccount | undefined {
  return account && { accountId: account.accountId, customerId: account.customerId }
}
