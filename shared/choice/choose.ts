import { type BrowserBinding, isSameBrowser } from '../access/browser.ts'
import { type AccountsChoice, type ChooseDependencies, chooseAccounts } from '../accounts/choose.ts'
import { addSeconds } from '../clock.ts'
import type { Config } from '../config.ts'
import { type Account, listAllAccounts } from '../domain/account.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import { isSelected } from '../domain/selectAccounts.ts'
import { type Grant, idOfConsentAt, isStillValid, type Tenant, type TenantName } from '../domain/tenant.ts'

/** A choice of accounts that waits for the person who has just signed in; it outlives the answer. */
export interface OpenChoice extends TenantName {
  /** The connect session's id, which the app knows. */
  readonly id: string
  readonly returnUrl: string
  readonly browserHash: string
  /** The consent that it came from: another person's later consent is none of this page's business. */
  readonly grantId?: string
  /** What choices said of the consent before grants had ids. */
  readonly consentedAt?: string
  /** Names the record that is spent by the answer. */
  readonly answerId: string
  /** The tenant's when the choice was opened: a disconnect makes it void. */
  readonly disconnectCount: number
  /** What the return URL says once the choice is made. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** An open choice with the accounts to choose among, in the order in which they are shown. */
export interface ChoiceWithAccounts {
  readonly choice: OpenChoice
  /** Whose sign-in it is, masked. */
  readonly person: string
  /** Where the app learns what was chosen, once it was: there is nothing more to choose then. */
  readonly doneUrl?: string
  readonly accounts: readonly Account[]
}

/** Dependencies of choosing on the page. */
export interface ChoiceDependencies extends ChooseDependencies {
  readonly config: Config
  readonly records: OneTimeRecords
}

/** A choice that takes longer is left to the app. */
const choiceSeconds = 1800

/** The one answer to a choice whose page may be opened until `latestOpening`, once or again. */
export function issueChoiceAnswer(
  records: Pick<OneTimeRecords, 'issue'>,
  latestOpening: Date,
): Promise<string> {
  return records.issue('choice-answer', {}, addSeconds(latestOpening, choiceSeconds))
}

/** Opens a choice for the browser that has just signed in, and returns the address of its page. */
export async function openChoice(
  { clock, config, records }: Pick<ChoiceDependencies, 'clock' | 'config' | 'records'>,
  signIn: Omit<OpenChoice, 'grantId' | 'consentedAt' | 'outcome'>,
  { id: grantId }: Pick<Grant, 'id'>,
  outcome: OpenChoice['outcome'],
): Promise<string> {
  const { workspace, tenant, id, returnUrl, browserHash, disconnectCount, answerId } = signIn
  const choice: OpenChoice = {
    ...{ workspace, tenant, id, returnUrl, browserHash, disconnectCount, answerId, outcome },
    grantId,
  }
  const token = await records.issue('choice', choice, addSeconds(clock.now(), choiceSeconds))
  return `${config.publicUrl}/oauth/accounts?choice=${encodeURIComponent(token)}`
}

/** The choice, open or made; undefined for another browser, another person's consent, or when it is over. */
export async function readChoice(
  dependencies: Pick<ChoiceDependencies, 'clock' | 'records' | 'tenants' | 'accounts'>,
  token: string,
  browser: BrowserBinding | undefined,
): Promise<ChoiceWithAccounts | undefined> {
  const { clock, records, tenants } = dependencies
  const choice = (await records.read('choice', token, clock.now())) as OpenChoice | undefined
  if (!choice || !isSameBrowser(browser, choice.browserHash)) return undefined
  const stored = await tenants.read(choice)
  if (!stored || !isOfConsent(choice, stored.tenant)) return undefined
  const all = await listAllAccounts(dependencies.accounts, choice, stored.tenant.accountsGeneration)
  const isOpen = (await records.read('choice-answer', choice.answerId, clock.now())) !== undefined
  const person = stored.tenant.grant?.consenter.hint ?? ''
  return {
    choice,
    person,
    accounts: inOrder(all),
    ...(!isOpen && { doneUrl: chosenUrl(choice, all.filter(isSelected).length) }),
  }
}

/**
 * Makes the answer the tenant's, then spends the choice: a failure in between costs the person nothing, and a second
 * answer after it changes nothing. Two at once from the one browser may both count; the later one stays.
 * @param answer without one the app is left to ask.
 * @returns where the app learns of it.
 * @throws Problem or StorageUnavailableError when it could not be kept; the choice stays open then.
 */
export async function finishChoice(
  dependencies: ChoiceDependencies,
  { choice }: ChoiceWithAccounts,
  answer: AccountsChoice | undefined,
): Promise<string> {
  const { clock, records } = dependencies
  const name = { workspace: choice.workspace, tenant: choice.tenant }
  const isStill = (tenant: Tenant) => isOfConsent(choice, tenant)
  const chosen = answer && (await chooseAccounts(dependencies, name, answer, isStill))
  await records.take('choice-answer', choice.answerId, clock.now())
  return chosen ? chosenUrl(choice, chosen.selected) : returnUrlWith(choice, choice.outcome)
}

function isOfConsent(choice: OpenChoice, tenant: Tenant): boolean {
  const { consentedAt, grantId = consentedAt && idOfConsentAt(new Date(consentedAt)) } = choice
  return tenant.status === 'connected' && tenant.grant?.id === grantId && isStillValid(choice, tenant)
}

/** Nothing is open any more. */
function chosenUrl(choice: OpenChoice, selected: number): string {
  return returnUrlWith(choice, { ...choice.outcome, accounts: String(selected), account_choice: undefined })
}

/**
 * Usable ones first, then by customer and name, as people look for them. An account that is reached through several
 * customers is there once, directly if it can be.
 */
function inOrder(accounts: readonly Account[]): Account[] {
  const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
  const once = new Map<string, Account>()
  for (const account of accounts) {
    if (!account.linked || !once.has(account.accountId)) once.set(account.accountId, account)
  }
  return [...once.values()].sort(
    (one, other) =>
      Number(other.usable) - Number(one.usable) ||
      compare(one.customerName, other.customerName) ||
      compare(one.name, other.name),
  )
}
