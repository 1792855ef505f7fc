import { type Account, type AccountStore, allAccounts } from '../accounts/account.ts'
import { type AccountsChoice, type ChooseDependencies, chooseAccounts } from '../accounts/choose.ts'
import { secondsAfter } from '../clock.ts'
import type { Config } from '../config.ts'
import type { TenantName } from '../tenants/tenant.ts'
import type { SignIn } from './authorize.ts'
import { type BrowserBinding, isSameBrowser } from './browser.ts'
import type { OneTimeRecords } from './oneTime.ts'
import { returnUrlWith } from './returnUrl.ts'
import { isStillWanted } from './sessions.ts'

/** A choice of accounts that waits for the person who has just signed in. */
export interface OpenChoice extends TenantName {
  /** The connect session's id, which the app knows. */
  readonly id: string
  readonly returnUrl: string
  readonly browserHash: string
  /** The tenant's when the choice was opened: a disconnect makes it void. */
  readonly disconnectCount: number
  /** What the return URL says once the choice is made. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** An open choice with the accounts to choose among, in the order in which they are shown. */
export interface OpenedChoice {
  readonly choice: OpenChoice
  readonly accounts: readonly Account[]
}

/** What choosing on the page touches. */
export interface ChoiceDependencies extends ChooseDependencies {
  readonly config: Config
  readonly records: OneTimeRecords
}

/** A choice that takes longer is left to the app. */
const choiceSeconds = 1800

/** Opens a choice for the browser that has just signed in, and returns the address of its page. */
export async function openChoice(
  { clock, config, records }: Pick<ChoiceDependencies, 'clock' | 'config' | 'records'>,
  signIn: SignIn,
  outcome: OpenChoice['outcome'],
): Promise<string> {
  const { workspace, tenant, id, returnUrl, browserHash, disconnectCount } = signIn
  const choice: OpenChoice = { workspace, tenant, id, returnUrl, browserHash, disconnectCount, outcome }
  const token = await records.issue('choice', choice, secondsAfter(clock.now(), choiceSeconds))
  return `${config.publicUrl}/oauth/accounts?choice=${encodeURIComponent(token)}`
}

/** The open choice; undefined for another browser, or when it is over. */
export async function readChoice(
  dependencies: Pick<ChoiceDependencies, 'clock' | 'records' | 'tenants' | 'accounts'>,
  token: string,
  browser: BrowserBinding | undefined,
): Promise<OpenedChoice | undefined> {
  const { accounts, clock, records, tenants } = dependencies
  const choice = (await records.read('choice', token, clock.now())) as OpenChoice | undefined
  if (!choice || !isSameBrowser(browser, choice.browserHash)) return undefined
  const stored = await tenants.read(choice)
  if (stored?.tenant.status !== 'connected' || !isStillWanted(choice, stored.tenant)) return undefined
  return { choice, accounts: await inOrder(accounts, choice, stored.tenant.accountsGeneration) }
}

/**
 * Spends the choice and makes it the tenant's. Spent first: of two answers only one counts.
 * @param answer without one the app is left to ask.
 * @returns where the app learns of it; undefined when the choice was spent already.
 * @throws Problem or StorageUnavailableError when it could not be kept; the app asks again then.
 */
export async function finishChoice(
  dependencies: ChoiceDependencies,
  token: string,
  answer: AccountsChoice | undefined,
): Promise<string | undefined> {
  const { clock, records } = dependencies
  const choice = (await records.take('choice', token, clock.now())) as OpenChoice | undefined
  if (!choice) return undefined
  if (!answer) return returnUrlWith(choice, choice.outcome)
  const name = { workspace: choice.workspace, tenant: choice.tenant }
  const { selected } = await chooseAccounts(dependencies, name, answer)
  return returnUrlWith(choice, { ...choice.outcome, accounts: String(selected) })
}

/** Usable ones first, then by customer and name, as people look for them. */
async function inOrder(store: AccountStore, name: TenantName, generation: string | undefined) {
  const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  return (await allAccounts(store, name, generation)).sort(
    (one, other) =>
      Number(other.usable) - Number(one.usable) ||
      compare(one.customerName, other.customerName) ||
      compare(one.name, other.name),
  )
}
