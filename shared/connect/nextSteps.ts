import { addSeconds } from '../clock.ts'
import { isAnotherPerson, providerOf, toKind } from '../domain/connectHint.ts'
import type { SignIn } from './authorize.ts'
import { connectUrl } from './connectUrl.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure, ConnectFailureCode } from './failures.ts'
import { withSessionId } from './sessionId.ts'
import { withWayBack } from './wayBack.ts'

/** Within this time, signing in again needs no new link from the app. */
const againSeconds = 900

/** A browser that fails more often must start again from the app. */
const maxTries = 5

/**
 * Failures that another sign-in by the same person in the same browser can fix, and whether a different account is
 * needed.
 */
const fixable: Readonly<Partial<Record<ConnectFailureCode, { anotherAccount: boolean }>>> = {
  no_advertising_user: { anotherAccount: true },
  no_advertising_account: { anotherAccount: true },
  wrong_account_kind: { anotherAccount: true },
  advertising_access_denied: { anotherAccount: true },
  advertising_account_inactive: { anotherAccount: true },
  different_user: { anotherAccount: true },
  consent_not_given: { anotherAccount: false },
  other_sign_in_required: { anotherAccount: false },
  sign_in_refused: { anotherAccount: false },
  identity_provider_unavailable: { anotherAccount: false },
  advertising_unavailable: { anotherAccount: false },
  storage_unavailable: { anotherAccount: false },
}

/** Dependencies of offering another sign-in. */
export type NextStepDependencies = Pick<CallbackDependencies, 'clock' | 'config' | 'records' | 'signInTable'>

/** Adds the app and the next steps to a failure: a return to the app with the error, or another sign-in. */
export async function withNextSteps(
  dependencies: NextStepDependencies,
  signIn: SignIn,
  failure: ConnectFailure,
): Promise<ConnectFailure> {
  const again = await anotherSignIn(dependencies, signIn, failure)
  return { ...withWayBack(signIn, failure), ...(again && { again }) }
}

/** The person chooses the account again: a hint that led to the wrong account would lead there again. */
async function anotherSignIn(
  dependencies: NextStepDependencies,
  signIn: SignIn,
  { failed, isChallenged, isConsenter, otherAuthority, signInWith }: ConnectFailure,
): Promise<ConnectFailure['again']> {
  const fixing = fixable[failed] ?? (isChallenged ? { anotherAccount: false } : undefined)
  if (!fixing) return undefined
  const { anotherAccount } = fixing
  const kind = toKind(signInWith)
  // The person who connected the tenant is asked to use another of their accounts, which the next sign-in must not
  // refuse as someone else's. A loss of accounts still requires the app's confirmation.
  const maySwitch = isConsenter === true && failed === 'wrong_account_kind' && isAnotherPerson(signInWith)
  const { loginHint: _wrong, ...withoutHint } = signIn
  const url = await issueNextSignIn(dependencies, anotherAccount ? withoutHint : signIn, {
    ...(kind && { signInWith: kind, identityProvider: providerOf(kind) }),
    ...(otherAuthority && { ...otherAuthority, otherAuthority: true }),
    ...(maySwitch && { allowDifferentUser: true }),
    ...(anotherAccount && { anotherAccount }),
  })
  return url === undefined ? undefined : { url, anotherAccount }
}

/** Whether this browser may sign in once more without a new link from the app. */
export function canSignInAgain({ tries = 1 }: SignIn): boolean {
  return tries < maxTries
}

/**
 * Issues the same session again, only for this browser and a limited number of times.
 * @returns the sign-in's address; undefined if the browser must start again from the app.
 */
export async function issueNextSignIn(
  { clock, config, records, signInTable }: NextStepDependencies,
  signIn: SignIn,
  change: Partial<SignIn>,
): Promise<string | undefined> {
  const { tries = 1, anotherAccount: _before, ...session } = signIn
  if (!canSignInAgain(signIn)) return undefined
  const accountChanges = (signIn.accountChanges ?? 0) + (change.anotherAccount ? 1 : 0)
  const next: SignIn = { ...session, ...change, asksFirst: false, tries: tries + 1, accountChanges }
  if (!signInTable(next)) return undefined
  try {
    const oneTimeId = await records.issue('session', next, addSeconds(clock.now(), againSeconds))
    return connectUrl(config, withSessionId(oneTimeId, signIn.id))
  } catch {
    // The page is worth showing without its button.
    return undefined
  }
}
