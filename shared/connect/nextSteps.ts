import { addSeconds } from '../clock.ts'
import { isAnotherPerson, providerOf, toKind } from '../domain/connectHint.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import type { SignIn } from './authorize.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure, ConnectFailureCode } from './failures.ts'

/** Signing in again within this time needs no new link from the app. */
const againSeconds = 900

/** A browser that fails more often starts again from the app. */
const maxTries = 5

/** Failures that another sign-in by the same person in the same browser can fix, and whether by another account. */
const fixable: Readonly<Partial<Record<ConnectFailureCode, { anotherAccount: boolean }>>> = {
  no_advertising_user: { anotherAccount: true },
  no_advertising_account: { anotherAccount: true },
  wrong_account_kind: { anotherAccount: true },
  advertising_access_denied: { anotherAccount: true },
  advertising_account_inactive: { anotherAccount: true },
  different_user: { anotherAccount: true },
  scope_not_granted: { anotherAccount: false },
  sign_in_refused: { anotherAccount: false },
  identity_provider_unavailable: { anotherAccount: false },
  advertising_unavailable: { anotherAccount: false },
  storage_unavailable: { anotherAccount: false },
}

type NextStepDependencies = Pick<CallbackDependencies, 'clock' | 'config' | 'records' | 'signInTable'>

/** Adds the app and the next steps to a failure: back to the app with the error, or another sign-in. */
export async function withNextSteps(
  dependencies: NextStepDependencies,
  signIn: SignIn,
  failure: ConnectFailure,
): Promise<ConnectFailure> {
  const again = await anotherSignIn(dependencies, signIn, failure)
  return {
    ...failure,
    workspace: signIn.workspace,
    backUrl: backUrl(signIn, failure),
    ...(again && { again }),
  }
}

/** Where the app learns of the failure. */
function backUrl(signIn: SignIn, failure: ConnectFailure): string {
  const { failed, reason, signInWith, traceId, adminConsentUrl: link } = failure
  return returnUrlWith(signIn, {
    status: 'failed',
    error: failed,
    reason,
    sign_in_with: signInWith,
    trace_id: traceId,
    admin_consent_url: link,
  })
}

/**
 * The same session once more, for this browser alone and a bounded number of times. The account is asked for again:
 * a hint that led to the wrong one would lead there again.
 */
async function anotherSignIn(
  { clock, config, records, signInTable }: NextStepDependencies,
  signIn: SignIn,
  { failed, isChallenged, isConsenter, signInWith }: ConnectFailure,
): Promise<ConnectFailure['again']> {
  const { tries = 1, loginHint, anotherAccount: _before, ...session } = signIn
  const fixing = fixable[failed] ?? (isChallenged ? { anotherAccount: false } : undefined)
  if (!fixing || tries >= maxTries) return undefined
  const { anotherAccount } = fixing
  const kind = toKind(signInWith)
  // The person who connected the tenant is sent to another of their accounts, which the next sign-in must not refuse as
  // somebody else's. Accounts that would be lost by it still wait for the app's confirmation.
  const maySwitch = isConsenter === true && failed === 'wrong_account_kind' && isAnotherPerson(signInWith)
  const next: SignIn = {
    ...session,
    ...(kind && { signInWith: kind, identityProvider: providerOf(kind) }),
    ...(maySwitch && { allowDifferentUser: true }),
    asksFirst: false,
    tries: tries + 1,
    ...(anotherAccount ? { anotherAccount } : loginHint && { loginHint }),
  }
  if (!signInTable(next)) return undefined
  try {
    const token = await records.issue('session', next, addSeconds(clock.now(), againSeconds))
    return { url: `${config.publicUrl}/oauth/authorize?session=${encodeURIComponent(token)}`, anotherAccount }
  } catch {
    // The page is worth more than its button.
    return undefined
  }
}
