import * as z from 'zod'
import type { TenantName } from './tenant.ts'

/** An app's name for an account: its id, or the number shown on Microsoft's pages. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be an account’s ID or number: 1 to 40 letters and digits')

/** An app's name for a customer: its id. */
export const idOfCustomer = z.string().regex(/^\d{1,20}$/, 'must be an ID: 1 to 20 digits')

/** Why an account is paused; in the order of Microsoft's PauseReason (customer-management-service/accountinfo.md). */
export type PauseReason = 'user' | 'billing' | 'userAndBilling'

/** One customer through which a user reaches an account. */
export interface AccountWay {
  /** The `CustomerId` header to send. */
  readonly customerId: string
  /** Microsoft's number for the role (customerrole.md), for example `41` for Super Admin. Absent if it isn't known. */
  readonly roleId?: string
  /** `Administrative` or `Standard` if the user reaches the customer through a link, which may restrict the role. */
  readonly linkPermission?: string
}

/** An account that the user can reach. Texts are empty if Microsoft sent none. */
export interface DiscoveredAccount {
  readonly accountId: string
  /** The number shown on Microsoft's pages, for example `F1234567`. */
  readonly number: string
  readonly name: string
  /** The customer through which to reach the account: the `CustomerId` header to send. */
  readonly customerId: string
  readonly customerName: string
  /** The customer that owns the account; empty if only an agency's list names it. */
  readonly ownerCustomerId: string
  readonly lifeCycleStatus: string
  readonly pauseReason?: PauseReason
  /** Microsoft's `AccountMode`: `Expert`, `Smart`, or `UnifiedSmart`. Absent in rows of earlier versions. */
  readonly accountMode?: string
  /** ISO 4217. This and the next three are absent if Microsoft sent none, and in rows of earlier versions. */
  readonly currencyCode?: string
  /** Microsoft's own name, for example `PacificTimeUSCanadaTijuana`. */
  readonly timeZone?: string
  /** Microsoft's `AccountFinancialStatus`, for example `ClearFinancialStatus` or `Hold`. */
  readonly financialStatus?: string
  /** When it last changed at Microsoft, as an ISO time. */
  readonly lastModifiedAt?: string
  /** Whether it's reached through a customer other than its owner. */
  readonly linked: boolean
  /** Set if no path to the account is known: `customerId` is then only the owner, and nothing is vended with it. */
  readonly reachUnknown?: true
  /** Microsoft's number for the role (customerrole.md), for example `41` for Super Admin. */
  readonly roleId?: string
  /** All customers through which it's reached, the strongest role first. Absent in rows of earlier versions. */
  readonly ways?: readonly AccountWay[]
  /** Whether calls can be expected to work. */
  readonly usable: boolean
  /** A note about its state for people. */
  readonly note?: string
}

/** All ways to an account, the one to use first; none if no path is known. */
export function waysOf(
  account: Pick<DiscoveredAccount, 'customerId' | 'reachUnknown' | 'roleId' | 'ways'>,
): readonly AccountWay[] {
  const { customerId, reachUnknown, roleId, ways } = account
  return ways ?? (reachUnknown ? [] : [{ customerId, ...(roleId && { roleId }) }])
}

/** An account that a tenant can reach, as discovery found it. */
export interface Account extends DiscoveredAccount {
  /** `false` if others were chosen and this one wasn't: it's never vended. Absent otherwise. */
  readonly selected?: false
}

/**
 * The most accounts to keep. A partition of a table takes 2,000 changes a second (scalability-targets), and an account
 * has two rows: writing all of them takes 50 s and removing the previous generation takes 50 s. With the 120 s of a
 * discovery's calls, this stays below the 230 s after which the platform ends an HTTP call. Microsoft documents no
 * limit.
 */
export const maxAccounts = 50_000

/** What a generation's name says about its accounts, wherever the name is stored. */
export interface GenerationMarks {
  /** Whether the user has more accounts than a generation holds. */
  readonly isCut?: boolean | undefined
  /** Set if the discovery ended early: the number of accounts that it had read until then. */
  readonly readSoFar?: number | undefined
}

const cutMark = '.cut'

/** Names a generation with its marks. */
export function markGeneration(generation: string, { isCut, readSoFar }: GenerationMarks): string {
  const unfinishedMark = readSoFar === undefined ? '' : `.unfinished-${readSoFar}`
  return `${generation}${unfinishedMark}${isCut ? cutMark : ''}`
}

/** The marks in a generation's name. */
export function marksOfGeneration(generation = ''): GenerationMarks {
  const readSoFar = /\.unfinished-(\d+)/.exec(generation)?.[1]
  return { isCut: generation.endsWith(cutMark), ...(readSoFar && { readSoFar: Number(readSoFar) }) }
}

/** One page of accounts. */
export interface AccountPage {
  readonly accounts: readonly Account[]
  /** Opaque; absent on the last page. Also works with a later generation. */
  readonly continuation?: string
}

/** The store of a tenant's accounts: a discovery writes a whole generation, then the tenant row names it. */
export interface AccountStore {
  write(name: TenantName, generation: string, accounts: readonly Account[]): Promise<void>
  /** @param limit 1,000 at most. */
  list(name: TenantName, generation: string, limit: number, continuation?: string): Promise<AccountPage>
  /** The account by id; several entries only in generations of earlier versions. */
  findById(name: TenantName, generation: string, accountId: string): Promise<readonly Account[]>
  /** The account by the number shown on Microsoft's pages, in upper or lower case. */
  findByNumber(name: TenantName, generation: string, number: string): Promise<readonly Account[]>
  /**
   * Deletes every generation except this one and those for which `isSpared` is true. Default is to spare none.
   */
  removeOthers(
    name: TenantName,
    generation: string,
    isSpared?: (generation: string) => boolean,
  ): Promise<void>
  /**
   * Deletes every generation.
   * @param isStillWanted asked between listing the rows and deleting them. Rows that were there before it answers can't
   *   belong to a consent that comes after it; with `false`, nothing is deleted.
   */
  removeAll(name: TenantName, isStillWanted: () => Promise<boolean>): Promise<void>
}

/** The continuation of a page that ends with this account. */
export function continuationAfter({
  accountId,
  customerId,
}: Pick<Account, 'accountId' | 'customerId'>): string {
  return Buffer.from(`${accountId}:${customerId}`).toString('base64url')
}

/** Whether a page can have returned it as its continuation. */
export function isAccountContinuation(text: string): boolean {
  const [accountId, customerId, ...more] = Buffer.from(text, 'base64url').toString().split(':')
  if (!accountId || customerId === undefined || more.length > 0) return false
  return continuationAfter({ accountId, customerId }) === text
}

/** The most accounts in one page of the store. */
export const maxAccountPage = 1000

/** Every account of a generation; none without a generation. */
export async function listAllAccounts(
  store: AccountStore,
  name: TenantName,
  generation: string | undefined,
): Promise<Account[]> {
  const found: Account[] = []
  if (generation === undefined) return found
  let continuation: string | undefined
  do {
    const page = await store.list(name, generation, maxAccountPage, continuation)
    found.push(...page.accounts)
    continuation = page.continuation
  } while (continuation)
  return found
}
