import type { IdentityProvider } from '../environment.ts'
import { type ProblemCode, problems } from '../problems.ts'
import type { StoredReason } from './reasons.ts'

/** Google's limit and causes: developers.google.com/identity/protocols/oauth2#expiration. */
const googleRefused =
  'Google does not say why. Usual causes: the person removed the app’s access; the person signed in with this client id elsewhere, and Google ends the oldest refresh token without notice when there are more than 100 for one person and client id; the OAuth client’s project is in testing, where refresh tokens last 7 days.'

/** Possible causes of a refusal that doesn't name its cause; undefined if only its reason is known. */
export function usualCauses(
  identityProvider: IdentityProvider | undefined,
  reason: StoredReason | undefined,
): string | undefined {
  return identityProvider === 'google' && reason === 'grant_refused' ? googleRefused : undefined
}

/** The detail of a problem about a refusal: its title and the usual causes; undefined if there are none. */
export function detailWithCauses(
  code: ProblemCode,
  identityProvider: IdentityProvider | undefined,
  reason: StoredReason | undefined,
): string | undefined {
  const causes = usualCauses(identityProvider, reason)
  return causes && `${problems[code].title} ${causes}`
}
