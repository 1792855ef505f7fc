import type { JWTHeaderParameters, JWTPayload } from 'jose'
import type { Problem } from '../problems.ts'
import type { CallerIssuer } from '../settings/callerIssuers.ts'
import { notAuthenticated } from './callerProblems.ts'

/** A token's parts as it claims them, verified or not. */
export interface ClaimedToken {
  readonly header: Partial<JWTHeaderParameters>
  readonly claims: JWTPayload
}

/** The longest time for which any issuer's tokens are valid: a year, for Kubernetes. Longer ones are a mistake. */
const maxValiditySeconds = 366 * 86_400

/**
 * Tells an access token from everything else that the same issuer signs, even before its signature is checked
 * (RFC 8725, sections 3.11 and 3.12; RFC 9068, section 4).
 * @returns the refusal; undefined for an access token.
 */
export function findWrongKind(
  { claims, header }: ClaimedToken,
  { algorithms }: Pick<CallerIssuer, 'algorithms'>,
  now: Date,
): Problem | undefined {
  const { alg, kid, typ } = header
  const refuse = (detail: string) => notAuthenticated(`The bearer token ${detail}.`)
  if (!algorithms.some((allowed) => allowed === alg))
    return refuse(
      'is signed with an algorithm that its issuer isn’t trusted with (algorithms in CALLER_ISSUERS)',
    )
  if (kid !== undefined && typeof kid !== 'string') return refuse('names its key in an odd way (kid)')
  if (typ !== undefined && !isAccessTokenType(typ))
    return refuse('is of another kind (typ): send an access token')
  if ('nonce' in claims || 'at_hash' in claims || 'c_hash' in claims)
    return refuse('is an ID token (nonce or at_hash): send an access token')
  if ('cnf' in claims) return refuse('is bound to a key (cnf), which the broker can’t check')
  if (!isListOfTexts(claims.roles)) return refuse('has a claim roles that isn’t a list of texts')
  if (typeof claims.exp === 'number' && claims.exp > now.getTime() / 1000 + maxValiditySeconds)
    return refuse('is valid for more than a year (exp)')
  return undefined
}

/** Media types are compared without case, and `application/` can be left out (RFC 7515, section 4.1.9). */
function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && /^(?:JWT|(?:application\/)?at\+jwt)$/i.test(typ)
}

function isListOfTexts(roles: unknown): boolean {
  if (roles === undefined) return true
  return Array.isArray(roles) && roles.every((role) => typeof role === 'string')
}
