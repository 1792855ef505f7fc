import { type BrowserBinding, isSameBrowser } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import type { SignIn } from './authorize.ts'
import { type ConfirmDependencies, confirmConnectSession, openConfirmedChoice } from './confirm.ts'
import type { ConnectFailure } from './failures.ts'
import { confirmationSeconds, type PersonConfirmation } from './savePendingGrant.ts'

/** A question to a person whom the app didn't expect: is this the account to connect? */
export interface PersonQuestion {
  readonly signIn: SignIn
  /** Who signed in, masked. */
  readonly person: string
  /** Parameters that the return URL gets once the person has agreed. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

/** What follows a person's agreement. */
export type AgreementResult =
  /** On to the app, or first to the page for choosing accounts, which is the broker's own. */
  { readonly tenant: Tenant; readonly url: string; readonly isChoice: boolean } | ConnectFailure

/** Dependencies of a question. */
export interface QuestionDependencies {
  readonly clock: Clock
  readonly config: Pick<Config, 'publicUrl'>
  readonly records: OneTimeRecords
}

/**
 * Opens the question for the browser that has just signed in. Its identifier is the one-time code of the confirmation,
 * so nobody who reads the tables can answer it.
 */
export async function askPerson(
  { clock, config, records }: QuestionDependencies,
  question: PersonQuestion,
): Promise<PersonConfirmation> {
  const code = await records.issue('person-question', question, addSeconds(clock.now(), confirmationSeconds))
  return { code, url: `${config.publicUrl}/oauth/confirm?question=${encodeURIComponent(code)}` }
}

/** The question; undefined for another browser, or when it's over. */
export async function readQuestion(
  { clock, records }: Pick<QuestionDependencies, 'clock' | 'records'>,
  code: string,
  browser: BrowserBinding | undefined,
): Promise<PersonQuestion | undefined> {
  const question = (await records.read('person-question', code, clock.now())) as PersonQuestion | undefined
  return question && isSameBrowser(browser, question.signIn.browserHash) ? question : undefined
}

/** Keeps the consent of a person who has agreed. The same answer again has the same result and changes nothing. */
export async function keepAgreed(
  dependencies: ConfirmDependencies & Parameters<typeof openConfirmedChoice>[0],
  code: string,
  { outcome, signIn }: PersonQuestion,
): Promise<AgreementResult> {
  try {
    const tenant = await confirmConnectSession(dependencies, signIn, signIn.id, code)
    const choiceUrl = await openConfirmedChoice(dependencies, tenant, outcome)
    const url = choiceUrl ?? returnUrlWith(signIn, { status: 'connected', ...outcome })
    return { tenant, url, isChoice: choiceUrl !== undefined }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return toFailure(signIn, error)
  }
}

/** The consent expired, a later one replaced it, the tenant was disconnected, or its row kept changing. */
function toFailure(signIn: SignIn, { code }: Problem): ConnectFailure {
  const failed = code === 'tenant_changed' ? 'storage_unavailable' : 'sign_in_not_valid'
  const backUrl = returnUrlWith(signIn, { status: 'failed', error: failed })
  return { failed, reason: code, workspace: signIn.workspace, backUrl }
}
