import { type Browser, findBinding } from '../access/browser.ts'
import { type AccountsChoice, type ChooseDependencies, chooseAccounts } from '../accounts/choose.ts'
import { addSeconds } from '../clock.ts'
import type { Config } from '../config.ts'
import { type Account, listAllAccounts } from '../domain/account.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import { isSelected } from '../domain/selectAccounts.ts'
import { type Grant, idOfConsentAt, isStillValid, type Tenant, type TenantName } from '../domain/tenant.ts'

/** An open choice of accounts for the person who has just signed in. It's kept after the answer. */
export interface OpenChoice extends TenantName {
  /** The connect session's id, which the app knows. */
  readonly id: string
  readonly returnUrl: string
  readonly browserHash: string
  /** The consent that it came from: the page must not act on another person's later consent. */
  readonly grantId?: string
  /** The consent's identity in choices from before grants had ids. */
  readonly consentedAt?: string
  /** Names the record that the answer spends. */
  readonly answerId: string
  /** The tenant's count when the choice was opened: a disconnect makes the choice void. */
  readonly disconnectCount: number
  /** Parameters that the return URL gets once the choice is made. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** An open choice with its accounts, in display order. */
export interface ChoiceWithAccounts {
  readonly choice: OpenChoice
  /** The person who signed in, masked. */
  readonly person: string
  /** The address at which the app learns the choice, once it's made: there is nothing more to choose then. */
  readonly doneUrl?: string
  readonly accounts: readonly Account[]
}

/** Dependencies of choosing on the page. */
export interface ChoiceDependencies extends ChooseDependencies {
  readonly config: Config
  readonly records: OneTimeRecords
}

/** After this time, the app must ask for the choice. */
export const choiceSeconds = 1800

/** Issues the single answer to a choice whose page can be opened, once or repeatedly, until `latestOpening`. */
export function issueChoiceAnswer(
  records: Pick<OneTimeRecords, 'issue'>,
  latestOpening: Date,
): Promise<string> {
  return records.issue('choice-answer', {}, addSeconds(latestOpening, choiceSeconds))
}

/** Opens a choice for the browser that has just signed in, and returns its page's address. */
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

/** Returns the choice, open or made; undefined for another browser, for another person's consent, or when it's over. */
export async function readChoice(
  dependencies: Pick<ChoiceDependencies, 'clock' | 'records' | 'tenants' | 'accounts'>,
  token: string,
  browser: Browser | undefined,
): Promise<ChoiceWithAccounts | undefined> {
  const { clock, records, tenants } = dependencies
  const choice = (await records.read('choice', token, clock.now())) as OpenChoice | undefined
  if (!choice || !findBinding(browser, choice.browserHash)) return undefined
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
 * Stores the answer in the tenant, then spends the choice: a failure in between costs the person nothing, and a second
 * answer after it changes nothing. Two simultaneous answers from the same browser may both count; the later one stays.
 * @param answer if undefined, the app must ask.
 * @returns the address at which the app learns the choice.
 * @throws Problem or StorageUnavailableError when the answer can't be stored; the choice then stays open.
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

/** Nothing is left to choose. */
function chosenUrl(choice: OpenChoice, selected: number): string {
  return returnUrlWith(choice, { ...choice.outcome, accounts: String(selected), account_choice: undefined })
}

/**
 * Usable accounts first, then by customer and name, as people look for them. An account that several customers can
 * reach is listed once, directly if possible.
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
