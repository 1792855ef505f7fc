import type { DiscoveredAccount } from '../domain/account.ts'

/** An account of which a compared property changed. */
export interface ChangedAccount<Before> {
  readonly before: Before
  readonly after: DiscoveredAccount
  readonly properties: readonly ComparedProperty[]
}

/** The difference between two discoveries, in the order of the later one. */
export interface AccountsDifference<Before> {
  readonly appeared: readonly DiscoveredAccount[]
  readonly vanished: readonly Before[]
  readonly changed: readonly ChangedAccount<Before>[]
}

/** What makes an account another one for an app. */
const compared = [
  'customerId',
  'roleId',
  'number',
  'name',
  'lifeCycleStatus',
  'pauseReason',
  'usable',
] as const

/** One of the properties that {@link compareAccounts} looks at. */
export type ComparedProperty = (typeof compared)[number]

/** An account as it was kept: at least what is compared. */
export type KnownAccount = Pick<DiscoveredAccount, 'accountId' | ComparedProperty>

/** Compares the accounts that were known with those just discovered, by account id. */
export function compareAccounts<Before extends KnownAccount>(
  before: readonly Before[],
  after: readonly DiscoveredAccount[],
): AccountsDifference<Before> {
  const earlier = new Map(before.map((account) => [account.accountId, account]))
  const later = new Set(after.map((account) => account.accountId))
  return {
    appeared: after.filter((account) => !earlier.has(account.accountId)),
    vanished: before.filter((account) => !later.has(account.accountId)),
    changed: after.flatMap((account) => {
      const known = earlier.get(account.accountId)
      const properties = known ? compared.filter((name) => known[name] !== account[name]) : []
      return known && properties.length > 0 ? [{ before: known, after: account, properties }] : []
    }),
  }
}
