import { type Browser, type BrowserBinding, findBinding } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import type { SignIn } from './authorize.ts'
import { type ConfirmDependencies, confirmConnectSession, openConfirmedChoice } from './confirm.ts'
import type { ConnectFailure } from './failures.ts'
import { confirmationSeconds } from './lifetimes.ts'
import type { PersonConfirmation } from './savePendingGrant.ts'
import type { CallbackResult } from './secondCallback.ts'
import { findWayOn, recordSessionEnd } from './sessionEnd.ts'
import { splitSessionId, withSessionId } from './sessionId.ts'
import { withWayBack } from './wayBack.ts'

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
  const token = withSessionId(code, question.signIn.id)
  return { code, url: `${config.publicUrl}/oauth/confirm?question=${encodeURIComponent(token)}` }
}

/** A question that the browser can answer. */
export interface OpenQuestion extends PersonQuestion {
  readonly code: string
  readonly binding: BrowserBinding
}

/** The question of a page; for another browser, or when it's over, where the browser goes on. */
export async function readQuestion(
  dependencies: Pick<QuestionDependencies, 'clock' | 'records'>,
  token: string,
  browser: Browser | undefined,
): Promise<OpenQuestion | CallbackResult> {
  const { clock, records } = dependencies
  const { oneTimeId: code, sessionId } = splitSessionId(token)
  const question = (await records.read('person-question', code, clock.now())) as PersonQuestion | undefined
  const binding = question && findBinding(browser, question.signIn.browserHash)
  return binding
    ? { ...question, code, binding }
    : findWayOn(dependencies, { sessionId, browser }, { failed: 'sign_in_not_valid' })
}

/** Keeps the consent of a person who has agreed. The same answer again has the same result and changes nothing. */
export async function keepAgreed(
  dependencies: ConfirmDependencies & Parameters<typeof openConfirmedChoice>[0],
  { binding, code, outcome, signIn }: OpenQuestion,
): Promise<AgreementResult> {
  try {
    const tenant = await confirmConnectSession(dependencies, signIn, signIn.id, code)
    const choiceUrl = await openConfirmedChoice(dependencies, tenant, outcome)
    const outstanding = tenant.accountsOutstanding && 'true'
    const told = { status: 'connected', ...outcome, accounts_outstanding: outstanding }
    const url = choiceUrl ?? returnUrlWith(signIn, told)
    await recordSessionEnd(dependencies, signIn.id, { binding, returnUrl: url, tenant })
    return { tenant, url, isChoice: choiceUrl !== undefined }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return toFailure(signIn, error)
  }
}

/** The consent expired, a later one replaced it, the tenant was disconnected, or its row kept changing. */
function toFailure(signIn: SignIn, { code }: Problem): ConnectFailure {
  const failed = code === 'tenant_changed' ? 'storage_unavailable' : 'sign_in_not_valid'
  return withWayBack(signIn, { failed, reason: code })
}
