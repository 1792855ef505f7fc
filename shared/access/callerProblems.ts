import { errors, type JWTPayload } from 'jose'
import { KeysUnreachableError } from '../identity/keySource.ts'
import { UnusableKeyError } from '../identity/verifyToken.ts'
import { Problem } from '../problems.ts'

/** The caller isn't known. `detail` says why and never contains the token. */
export function notAuthenticated(detail: string): Problem {
  return new Problem('caller_not_authenticated', { detail, headers: { 'WWW-Authenticate': 'Bearer' } })
}

/** The token's issuer isn't trusted: what the token says of itself, for the operator to compare with the setting. */
export function notTrusted({ iss, aud, ver }: JWTPayload): Problem {
  const claims = `iss ${show(iss)}, aud ${show(aud)}, ver ${show(ver)}`
  const detail = `The bearer token was not issued by a trusted issuer (CALLER_ISSUERS): ${claims}.`
  return notAuthenticated(entraVersionOne.test(String(iss)) ? `${detail} ${versionOneHint}` : detail)
}

/** Version 1 tokens, which an API registered in the portal gets by default (access-tokens.md). */
const entraVersionOne = /^https:\/\/sts\.(windows\.net|chinacloudapi\.cn)\//
const versionOneHint =
  'This is a version 1 token of Entra. Set requestedAccessTokenVersion to 2 in the API’s registration, or trust both versions with authority (docs/caller-tokens.md).'

/**
 * Why a token can't be verified.
 * @param payload the token's own claims, unverified.
 * @throws errors that neither the token nor the issuer caused.
 */
export function toCallerProblem(error: unknown, payload: JWTPayload): Problem {
  if (error instanceof errors.JWTExpired) return notAuthenticated('The bearer token has expired.')
  if (error instanceof errors.JWTClaimValidationFailed) return toClaimProblem(error.claim, payload)
  if (error instanceof UnusableKeyError)
    return notAuthenticated('The bearer token is signed with a key of its issuer that can’t be used.')
  if (error instanceof errors.JOSEError) return notAuthenticated('The bearer token’s signature isn’t valid.')
  if (!(error instanceof KeysUnreachableError)) throw error
  return toKeysProblem(error)
}

function toClaimProblem(claim: string, payload: JWTPayload): Problem {
  const detail = `The bearer token’s claim ${claim} isn’t valid`
  if (claim !== 'aud') return notAuthenticated(`${detail}.`)
  return notAuthenticated(
    `${detail}: its issuer isn’t trusted for ${show(payload.aud)} (audiences in CALLER_ISSUERS).`,
  )
}

function toKeysProblem({ reason, retryAfterSeconds }: KeysUnreachableError): Problem {
  const detail =
    reason === 'key_not_known_yet'
      ? 'The bearer token’s signing key isn’t among its issuer’s keys yet. If the key is new, the broker finds it soon.'
      : 'The broker can’t reach the signing keys of the bearer token’s issuer, so it can’t authenticate callers.'
  return new Problem('identity_provider_unavailable', {
    detail,
    retryAfterSeconds,
    members: { reason: `caller_${reason}` },
  })
}

/** Longer values are cut, because anyone can send them. Entra's are shorter. */
const [maxCharacters, maxValues] = [200, 3]

/** An unverified claim for people: quoted, printable ASCII, and short. */
function show(value: unknown): string {
  if (value === undefined) return 'is missing'
  if (Array.isArray(value)) {
    const shown = value.slice(0, maxValues).map((each) => (Array.isArray(each) ? 'a list' : show(each)))
    return `${shown.join(' and ')}${value.length > maxValues ? ' and more' : ''}` || 'is empty'
  }
  if (typeof value !== 'string' && typeof value !== 'number') return `is no text`
  const text = String(value)
  const short = text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
  return JSON.stringify(short.replaceAll(/[^\x20-\x7e…]/g, '?'))
}
