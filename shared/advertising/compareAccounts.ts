import type { DiscoveredAccount } from '../domain/account.ts'

/** An account with a changed property. */
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

/** Properties whose change matters to an app. */
const compared = [
  'customerId',
  'roleId',
  'ways',
  'number',
  'name',
  'lifeCycleStatus',
  'pauseReason',
  'accountMode',
  'usable',
] as const

/** A property that {@link compareAccounts} compares. */
export type ComparedProperty = (typeof compared)[number]

/** A stored account: at least its compared properties. */
export type KnownAccount = Pick<DiscoveredAccount, 'accountId' | ComparedProperty>

/** Compares known accounts with newly discovered ones, by account id. */
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
      const properties = known ? compared.filter((name) => isChanged(known, account, name)) : []
      return known && properties.length > 0 ? [{ before: known, after: account, properties }] : []
    }),
  }
}

/** Rows of earlier versions don't have these: their first appearance isn't a change. */
const addedLater: ReadonlySet<ComparedProperty> = new Set(['accountMode', 'ways'])

function isChanged(known: KnownAccount, found: KnownAccount, name: ComparedProperty): boolean {
  if (addedLater.has(name) && known[name] === undefined) return false
  return JSON.stringify(known[name]) !== JSON.stringify(found[name])
}
