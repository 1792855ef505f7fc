import type { SignedInUser } from '../identity/idToken.ts'
import { KeysUnreachableError } from '../identity/keySource.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure } from './failures.ts'

/** The code is spent, so the tokens are all there is: how long they wait for the provider's keys. */
const maxWaitSeconds = 10
/** The pause between two looks. Longer than the 2 s for which the keys' source doesn't ask again. */
const pauseSeconds = 2.5

/** A redeemed sign-in's ID token, and the nonce it must name. */
export interface IdTokenToCheck {
  readonly idToken: string
  readonly nonce: string
  /** What the callback needs after this, in seconds before `answerBy`: the wait leaves it alone. */
  readonly reservedSeconds: number
}

/**
 * Finds out who signed in. While the provider's keys can't be fetched, waits for them for some seconds, as long as the
 * browser can be answered in time.
 * @returns the failure if the ID token isn't valid, or the keys don't come.
 */
export async function checkUser(
  { answerBy, clock, idTokens, unfinishedCommits }: CallbackDependencies,
  row: SignInRow,
  { idToken, nonce, reservedSeconds }: IdTokenToCheck,
): Promise<SignedInUser | ConnectFailure> {
  const startedAt = clock.now().getTime()
  const lastAt = Math.min(
    startedAt + maxWaitSeconds * 1000,
    (answerBy?.getTime() ?? Number.POSITIVE_INFINITY) - reservedSeconds * 1000,
  )
  for (;;) {
    try {
      const user = await idTokens.check(row, idToken, nonce)
      return 'fault' in user ? { failed: 'sign_in_token_invalid', reason: user.fault } : user
    } catch (error) {
      if (!(error instanceof KeysUnreachableError)) throw error
    }
    if (unfinishedCommits.isEnding || clock.now().getTime() + pauseSeconds * 1000 > lastAt)
      return { failed: 'identity_provider_unavailable', reason: 'keys_unreachable' }
    await clock.sleep(pauseSeconds * 1000)
  }
}
