import { type Browser, type BrowserBinding, findBinding } from '../access/browser.ts'
import { addSeconds } from '../clock.ts'
import { assertNotEnding } from '../domain/instanceEnding.ts'
import { patiently } from '../domain/patience.ts'
import { isDisallowedByPolicy, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { SignIn } from './authorize.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { AuthorizationResponse } from './explainSignInFailure.ts'
import type { ConnectFailure } from './failures.ts'
import { withNextSteps } from './nextSteps.ts'
import { proveSignIn } from './proveSignIn.ts'
import { reportFailure } from './reportSignIn.ts'
import { linkAlreadyUsed, type SavedSignIn } from './savedSignIn.ts'
import { saveSignIn } from './saveSignIn.ts'
import {
  type CallbackResult,
  recordCallbackResult,
  recordCallbackStarted,
  waitForFirstCallback,
} from './secondCallback.ts'
import { findWayOn, readSessionEnd, recordSessionEnd, waitForSessionEnd } from './sessionEnd.ts'
import { splitSessionId } from './sessionId.ts'
import { recordSessionFailure } from './sessionProgress.ts'
import { withWayBack } from './wayBack.ts'

/**
 * Finishes a sign-in: validates, exchanges, proves, stores. State and code are spent regardless of the result. A
 * failure leaves the tenant's existing state unchanged. A second callback from the same browser ends where the first
 * one ended. If another sign-in with the same link has connected the tenant, this one ends at its result.
 */
export async function finishSignIn(
  dependencies: CallbackDependencies,
  response: AuthorizationResponse,
  browser: Browser | undefined,
): Promise<CallbackResult> {
  const { clock, records } = dependencies
  const { oneTimeId, sessionId } = splitSessionId(response.state ?? '')
  const over = async () =>
    (await waitForFirstCallback(dependencies, oneTimeId, browser)) ??
    findWayOn(dependencies, { sessionId, browser }, { failed: 'sign_in_not_valid' })
  const read = () => records.read('sign-in', oneTimeId, clock.now())
  const waiting = (await patiently(dependencies, read)) as SignIn | undefined
  if (!waiting) return over()
  // Checked before the state is spent, so that a second browser can't end the first one's sign-in.
  const binding = findBinding(browser, waiting.browserHash)
  if (!binding) return withWayBack(waiting, { failed: 'other_browser' })
  await patiently(dependencies, () => recordCallbackStarted(dependencies, oneTimeId, binding))
  assertNotEnding(dependencies.unfinishedCommits)
  const finish = () => takeAndFinish(dependencies, response, { browser, binding, oneTimeId })
  return (await dependencies.unfinishedCommits.run(finish)) ?? over()
}

/**
 * Spends the state and records the result: what's between them must not be cut off.
 * @returns undefined if another callback spent the state.
 */
async function takeAndFinish(
  dependencies: CallbackDependencies,
  response: AuthorizationResponse,
  { binding, browser, oneTimeId }: CallbackBrowser & { readonly oneTimeId: string },
): Promise<CallbackResult | undefined> {
  const { clock, records } = dependencies
  // Never repeated by us: after a lost answer, the state would look spent by someone else.
  const signIn = (await records.take('sign-in', oneTimeId, clock.now())) as SignIn | undefined
  if (!signIn) return undefined
  const ended = await finishOnce(dependencies, signIn, response, { browser, binding })
  await recordCallbackResult(dependencies, oneTimeId, binding, ended)
  return ended
}

interface CallbackBrowser {
  readonly browser: Browser | undefined
  readonly binding: BrowserBinding
}

async function finishOnce(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  { binding, browser }: CallbackBrowser,
): Promise<CallbackResult> {
  // Only saves a redemption: the commit decides which consent of the session is kept.
  const end = await readSessionEnd(dependencies, signIn, browser).catch(() => undefined)
  if (end) return end
  const { clock, config } = dependencies
  const timed = { ...dependencies, answerBy: addSeconds(clock.now(), config.callbackSeconds) }
  const saved = await proveAndSave(timed, signIn, response, binding).catch(toStorageFailure)
  if (!('failed' in saved)) {
    if (!saved.isQuestion) await recordSessionEnd(dependencies, signIn.id, { ...saved, binding })
    return saved
  }
  if (saved.failed === linkAlreadyUsed.failed) return waitForSessionEnd(dependencies, signIn, browser)
  reportFailure(dependencies.log, signIn, saved)
  await recordSessionFailure(dependencies, signIn.id, saved)
  return withNextSteps(dependencies, signIn, saved)
}

async function proveAndSave(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
): Promise<SavedSignIn | ConnectFailure> {
  const ended = await proveSignIn(dependencies, signIn, response, browser, response.state ?? '')
  return 'failed' in ended ? ended : saveSignIn(dependencies, signIn, ended)
}

/** The state is spent, so the person needs a page with next steps. @throws other errors than storage's. */
function toStorageFailure(error: unknown): ConnectFailure {
  if (error instanceof StorageUnavailableError)
    return {
      failed: 'storage_unavailable',
      reason: isDisallowedByPolicy(error) ? 'vault_policy' : error.service,
    }
  throw error
}
