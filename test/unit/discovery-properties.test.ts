import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountsOf, type Directory, opens, removeAccounts } from '../../local/advertising/world.ts'
import { keepUnread } from '../../shared/accounts/keepUnread.ts'
import type { Discovery } from '../../shared/advertising/discover.ts'
import { type DiscoveredAccount, waysOf } from '../../shared/domain/account.ts'
import { createStand, faults, hierarchy, truth, unwrap } from './hierarchyGround.ts'

/** Each run takes some 30 milliseconds. */
const numRuns = 60

/** Accounts and the customers to send for them. */
function picture(accounts: readonly DiscoveredAccount[]) {
  return accounts
    .map(
      ({ accountId, customerId, reachUnknown }) => `${accountId} through ${reachUnknown ? '?' : customerId}`,
    )
    .toSorted()
}

/** Ways that name a customer through which the person can't use the account. */
function wrongVends(directory: Directory, accounts: readonly DiscoveredAccount[]) {
  const roles = truth(directory)
  const isRight = (accountId: string, customerId: string) => {
    const account = directory.accounts.get(BigInt(accountId))
    return account && roles.some((role) => String(role.customerId) === customerId && opens(role, account))
  }
  return accounts.flatMap((account) =>
    waysOf(account).filter(({ customerId }) => !isRight(account.accountId, customerId)),
  )
}

function idsOf({ accounts }: Pick<Discovery, 'accounts'>) {
  return accounts.map(({ accountId }) => accountId).toSorted()
}

test('every account with a path is found with a true one, in few calls', async () => {
  await fc.assert(
    fc.asyncProperty(hierarchy, async (directory) => {
      const stand = createStand(directory)
      const found = unwrap(await stand.discover())
      const roles = truth(directory)
      const reached = accountsOf(directory, roles).map(({ id }) => String(id))
      expect(idsOf(found)).toEqual(reached.toSorted())
      expect(wrongVends(directory, found.accounts)).toEqual([])
      expect(found.accounts.filter(({ reachUnknown }) => reachUnknown)).toEqual([])
      const isUsable = (accountId: string) => {
        const { mode, status } = directory.accounts.get(BigInt(accountId)) ?? {}
        return status === 'Active' && mode === 'Expert'
      }
      expect(found.accounts.filter(({ accountId, usable }) => usable !== isUsable(accountId))).toEqual([])
      const count = (path: string) => stand.calls.filter((one) => one === path).length
      const unknown = new Set(roles.flatMap(({ shown }) => shown?.withUnknown ?? [])).size
      expect(count('/Accounts/Search')).toBeLessThanOrEqual(2 + Math.ceil(unknown / 10))
      // Each customer once, at most: lists also name customers in which the person has no role.
      expect(count('/LinkedAccountsAndCustomersInfo/Query')).toBeLessThanOrEqual(directory.customers.size)
      const isTold = roles.every(({ accountIds, linkPermission, shown }) =>
        shown?.without?.length && (accountIds || linkPermission === 'LinkedEntityOnly')
          ? false
          : !shown?.hidden,
      )
      if (isTold) expect(count('/LinkedAccountsAndCustomersInfo/Query')).toBe(0)
    }),
    { numRuns },
  )
})

test('whatever fails on the way, nothing false is learned, nothing known is lost, and the next discovery is complete', async () => {
  await fc.assert(
    fc.asyncProperty(hierarchy, faults, async (directory, failing) => {
      const stand = createStand(directory)
      const { accounts: known } = unwrap(await stand.discover())
      await stand.setFaults(failing)
      const first = await stand.discover()
      if (first.ok) expect(wrongVends(directory, first.value.accounts)).toEqual([])
      await stand.setFaults(failing)
      const again = await stand.discover({ expectedAccountIds: known.map(({ accountId }) => accountId) })
      const kept = again.ok ? keepUnread(known, again.value) : known
      // Another customer than before may list an account, so only whether there is a path is compared.
      expect(kept.filter(({ reachUnknown }) => reachUnknown)).toEqual([])
      expect(wrongVends(directory, kept)).toEqual([])
      expect(idsOf({ accounts: kept })).toEqual(idsOf({ accounts: known }))
      await stand.setFaults([])
      const last = unwrap(await stand.discover())
      expect(picture(keepUnread(first.ok ? first.value.accounts : [], last))).toEqual(picture(known))
    }),
    { numRuns },
  )
})

test('an account that stays is never lost because others go while pages are read', async () => {
  const going = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 40 })), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(hierarchy, going, async (generated, leaving) => {
      const directory = structuredClone(generated)
      const stand = createStand(directory, 2)
      const { accounts: known } = unwrap(await stand.discover())
      const goAway = leaving.map(([page, index]) => [page, known[index % known.length]?.accountId] as const)
      let pages = 0
      stand.onCall((path) => {
        if (path !== '/Accounts/Search') return
        const ids = goAway.filter(([page]) => page === pages).flatMap(([, id]) => (id ? [BigInt(id)] : []))
        removeAccounts(directory, ids)
        pages += 1
      })
      const found = unwrap(
        await stand.discover({ expectedAccountIds: known.map(({ accountId }) => accountId) }),
      )
      const roles = truth(directory)
      const left = accountsOf(directory, roles).map(({ id }) => String(id))
      expect(idsOf(found)).toEqual(expect.arrayContaining(left))
      expect(found.accounts.filter(({ accountId }) => left.includes(accountId))).not.toContainEqual(
        expect.objectContaining({ reachUnknown: true }),
      )
    }),
    { numRuns },
  )
})
