import * as z from 'zod'
import type { TenantName } from './tenant.ts'

/** How an app names an account: by its id, or by the number that people see in Microsoft's pages. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be an account’s ID or number: letters and digits')

/** Why an account is paused; numbers as Microsoft's PauseReason (customer-management-service/accountinfo.md). */
export type PauseReason = 'user' | 'billing' | 'userAndBilling'

/** An account that the user reaches. Texts are empty when Microsoft sent none. */
export interface DiscoveredAccount {
  readonly accountId: string
  /** What people see in Microsoft's pages, e.g. `F1234567`. */
  readonly number: string
  readonly name: string
  /** The customer through which the account is reached: the `CustomerId` header to send. */
  readonly customerId: string
  readonly customerName: string
  /** The customer that owns the account; empty when only an agency's list names it. */
  readonly ownerCustomerId: string
  readonly lifeCycleStatus: string
  readonly pauseReason?: PauseReason
  /** Whether it is reached through another customer than its owner. */
  readonly linked: boolean
  /**
   * Whether no way to the account was found because the hierarchy is wider than the walk: `customerId` is then no
   * more than the owner, and nothing is vended with it.
   */
  readonly reachUnknown?: true
  /** Microsoft's number of the role (customerrole.md), e.g. `41` for Super Admin. */
  readonly roleId?: string
  /** Whether calls can be expected to work. */
  readonly usable: boolean
  /** What a person should know about its state. */
  readonly note?: string
}

/** One account that a tenant reaches, as discovery found it. */
export interface Account extends DiscoveredAccount {
  /** `false` when others were chosen and this one was not: it is never vended. Absent otherwise. */
  readonly selected?: false
}

/**
 * The most accounts to keep. A partition of a table takes 2,000 changes a second (scalability-targets), and an account has
 * two rows: writing all of them takes 50 s and removing the generation before takes 50 s, which with the 120 s of a
 * discovery's calls stays below the 230 s after which the platform ends an HTTP call. Microsoft documents no limit.
 */
export const maxAccounts = 50_000

const cutMark = '.cut'

/** Names a generation of a list that was cut: its name says so wherever it is kept, as long as its rows are. */
export function toCutGeneration(generation: string): string {
  return `${generation}${cutMark}`
}

/** Whether the user has more accounts than a generation holds. */
export function isCutGeneration(generation: string | undefined): boolean {
  return generation?.endsWith(cutMark) ?? false
}

/** One page of accounts. */
export interface AccountPage {
  readonly accounts: readonly Account[]
  /** Opaque; absent on the last page. Also works with a later generation. */
  readonly continuation?: string
}

/** How a tenant's accounts are kept: a discovery writes a whole generation, then the tenant row names it. */
export interface AccountStore {
  write(name: TenantName, generation: string, accounts: readonly Account[]): Promise<void>
  /** @param limit 1,000 at most. */
  list(name: TenantName, generation: string, limit: number, continuation?: string): Promise<AccountPage>
  /** The account by id; several when it is reached through several customers. */
  findById(name: TenantName, generation: string, accountId: string): Promise<readonly Account[]>
  /** The account by the number that people see in Microsoft's pages, in whatever case. */
  findByNumber(name: TenantName, generation: string, number: string): Promise<readonly Account[]>
  /**
   * Deletes every generation but this one and those that `isSpared` names. Default spares none.
   */
  removeOthers(
    name: TenantName,
    generation: string,
    isSpared?: (generation: string) => boolean,
  ): Promise<void>
}

/** The continuation of a page that ends with this account. */
export function continuationAfter({
  accountId,
  customerId,
}: Pick<Account, 'accountId' | 'customerId'>): string {
  return Buffer.from(`${accountId}:${customerId}`).toString('base64url')
}

/** Whether a page can have ended with it. */
export function isAccountContinuation(text: string): boolean {
  const [accountId, customerId, ...more] = Buffer.from(text, 'base64url').toString().split(':')
  if (!accountId || customerId === undefined || more.length > 0) return false
  return continuationAfter({ accountId, customerId }) === text
}

/** As many accounts as the store gives at once. */
export const maxAccountPage = 1000

/** Every account of a generation; none without one. */
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
