import { accountUsability } from '../advertising/accountUsability.ts'
import type { Discovery } from '../advertising/discover.ts'
import { type Account, type DiscoveredAccount, maxAccounts } from '../domain/account.ts'

/**
 * Completes a discovery with what was known before about the same person's accounts, if Microsoft didn't answer
 * everything: an account that wasn't read hasn't vanished, and a path that wasn't read stays. A complete discovery is
 * returned unchanged. Refused customers are complete answers: the user has no rights there.
 */
export function keepUnread(
  known: readonly Account[],
  { accounts, passedOver, unfinished }: Pick<Discovery, 'accounts' | 'passedOver' | 'unfinished'>,
): readonly DiscoveredAccount[] {
  if (!unfinished && passedOver.every(({ isRefusal }) => isRefusal)) return accounts
  const before = new Map(known.map((account) => [account.accountId, account]))
  const found = new Set(accounts.map(({ accountId }) => accountId))
  const unread = unfinished?.missesAccounts ? known.filter(({ accountId }) => !found.has(accountId)) : []
  const refused = new Set(passedOver.filter(({ isRefusal }) => isRefusal).map(({ customerId }) => customerId))
  const kept = accounts.map((account) => {
    const earlier = before.get(account.accountId)
    return earlier && !refused.has(earlier.customerId) ? withKnownPath(account, earlier) : account
  })
  return [...kept, ...unread].slice(0, maxAccounts)
}

function withKnownPath(account: DiscoveredAccount, known: Account): DiscoveredAccount {
  if (!account.reachUnknown || known.reachUnknown) {
    const isSameCustomer = account.customerId === known.customerId
    return isSameCustomer && !account.customerName
      ? { ...account, customerName: known.customerName }
      : account
  }
  const { reachUnknown: _unknown, note: _note, roleId: _role, ...found } = account
  const { customerId, customerName, linked, roleId, ways } = known
  return {
    ...found,
    customerId,
    customerName,
    linked,
    ...(roleId && { roleId }),
    ...(ways && { ways }),
    ...accountUsability(account),
  }
}
