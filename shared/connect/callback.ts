import { type BrowserBinding, isSameBrowser } from '../access/browser.ts'
import { addSeconds } from '../clock.ts'
import { patiently } from '../domain/patience.ts'
import { isDisallowedByPolicy, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { SignIn } from './authorize.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { AuthorizationResponse } from './explainSignInFailure.ts'
import type { ConnectFailure } from './failures.ts'
import { withNextSteps } from './nextSteps.ts'
import { proveSignIn } from './proveSignIn.ts'
import { reportFailure } from './reportSignIn.ts'
import type { SavedSignIn } from './savedSignIn.ts'
import { saveSignIn } from './saveSignIn.ts'
import {
  type CallbackResult,
  recordCallbackResult,
  recordCallbackStarted,
  waitForFirstCallback,
} from './secondCallback.ts'

/**
 * Finishes a sign-in: validates, exchanges, proves, stores. State and code are spent regardless of the result. A
 * failure leaves the tenant's existing state unchanged. A second callback from the same browser ends where the first
 * one ended.
 */
export async function finishSignIn(
  dependencies: CallbackDependencies,
  response: AuthorizationResponse,
  browser: BrowserBinding | undefined,
): Promise<CallbackResult> {
  const { clock, records } = dependencies
  const { state = '' } = response
  const read = () => records.read('sign-in', state, clock.now())
  const waiting = (await patiently(dependencies, read)) as SignIn | undefined
  if (!waiting)
    return (await waitForFirstCallback(dependencies, state, browser)) ?? { failed: 'sign_in_not_valid' }
  // Checked before the state is spent, so that a second browser can't end the first one's sign-in.
  if (!browser || !isSameBrowser(browser, waiting.browserHash))
    return { failed: 'other_browser', workspace: waiting.workspace }
  await patiently(dependencies, () => recordCallbackStarted(dependencies, state, browser))
  // Never repeated by us: after a lost answer, the state would look spent by someone else.
  const signIn = (await records.take('sign-in', state, clock.now())) as SignIn | undefined
  if (!signIn)
    return (await waitForFirstCallback(dependencies, state, browser)) ?? { failed: 'sign_in_not_valid' }
  const ended = await finishOnce(dependencies, signIn, response, browser, state)
  await recordCallbackResult(dependencies, state, browser, ended)
  return ended
}

async function finishOnce(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
  state: string,
): Promise<CallbackResult> {
  const { clock, config } = dependencies
  const timed = { ...dependencies, answerBy: addSeconds(clock.now(), config.callbackSeconds) }
  const saved = await proveAndSave(timed, signIn, response, browser, state).catch(toStorageFailure)
  if (!('failed' in saved)) return saved
  reportFailure(dependencies.log, signIn, saved)
  return withNextSteps(dependencies, signIn, saved)
}

async function proveAndSave(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
  state: string,
): Promise<SavedSignIn | ConnectFailure> {
  const ended = await proveSignIn(dependencies, signIn, response, browser, state)
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
