import type { JWTPayload } from 'jose'
import { errors } from 'jose'
import type { TokenVerifier } from '../token-verifier.ts'
import { unauthorized } from './refusals.ts'

/**
 * Checks an `Authorization` header and returns the caller's object id.
 * @throws VaultRefusal 401: no bearer token (AKV10000), a different audience (AKV10022), or an invalid token.
 */
export async function authenticate(header: string | undefined, verifyToken: TokenVerifier): Promise<string> {
  const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
  if (!token) throw unauthorized('AKV10000: Request is missing a Bearer or PoP token.')
  const { oid, sub } = await verifyToken(token).catch((error) => {
    throw error instanceof errors.JOSEError ? toUnauthorized(error) : error
  })
  return String(oid ?? sub ?? '')
}

function toUnauthorized(error: errors.JOSEError) {
  const isAudience = error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud'
  return unauthorized(
    isAudience
      ? 'AKV10022: Invalid audience. Expected https://vault.azure.net.'
      : `Error validating token: ${error.code}`,
  )
}

const maxRememberedTokens = 100

/** Caches valid tokens until they expire, so each is verified once. */
export function createRememberingVerifier(verifyToken: TokenVerifier): TokenVerifier {
  const remembered = new Map<string, JWTPayload>()
  return async (token) => {
    const known = remembered.get(token)
    if (known && (known.exp ?? 0) * 1000 > Date.now()) return known
    remembered.delete(token)
    const claims = await verifyToken(token)
    if (remembered.size >= maxRememberedTokens) remembered.clear()
    remembered.set(token, claims)
    return claims
  }
}
