import { isResponseIssuer } from '../identity/responseIssuer.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { SignIn } from './authorize.ts'
import type { AuthorizationResponse } from './explainSignInFailure.ts'

/**
 * Whether an answer isn't from the provider to which its sign-in was sent, or doesn't prove it (RFC 9700, section 4.4).
 * It must arrive at the redirect URI that its own request named. `iss` must be the provider's; a code from a provider
 * that sends `iss` must have one (RFC 9207, section 2.4). An error without `iss` is read: nothing is redeemed with it.
 */
export function isMixedUp(
  row: SignInRow,
  signIn: Pick<SignIn, 'callbackOf'>,
  { arrivedAt, code, iss }: AuthorizationResponse,
): boolean {
  if (arrivedAt !== signIn.callbackOf) return true
  if (iss === undefined) return row.sendsIssuer === true && code !== undefined
  return !isResponseIssuer(row, iss)
}
