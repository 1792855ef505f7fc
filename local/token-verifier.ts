import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { vaultAudience } from './identity-endpoint.ts'

/**
 * Checks one bearer token and returns its claims.
 * @throws a `JOSEError` when the token is not good, another error when the issuer's keys cannot be had.
 */
export type TokenVerifier = (token: string) => Promise<JWTPayload>

/**
 * Creates a verifier of tokens that the identity endpoint at `identityOrigin` issued for one audience:
 * signature, `iss`, `aud`, `nbf` and `exp`. The issuer's configuration is fetched at the first token.
 * Default audience is Key Vault's.
 */
export function createTokenVerifier(identityOrigin: string, audience: string = vaultAudience): TokenVerifier {
  let keys: Promise<KeysOfIssuer> | undefined
  return async (token) => {
    keys ??= fetchKeysOfIssuer(identityOrigin)
    const { issuer, keySet } = await keys.catch((error) => {
      keys = undefined
      throw error
    })
    return (await jwtVerify(token, keySet, { issuer, audience, algorithms: ['RS256'] })).payload
  }
}

interface KeysOfIssuer {
  readonly issuer: string
  readonly keySet: ReturnType<typeof createRemoteJWKSet>
}

async function fetchKeysOfIssuer(identityOrigin: string): Promise<KeysOfIssuer> {
  const answer = await fetch(`${identityOrigin}/.well-known/openid-configuration`)
  const { issuer, jwks_uri } = (await answer.json()) as { issuer: string; jwks_uri: string }
  // A restarted endpoint has a new key: without a pause between fetches its tokens are good at once.
  return { issuer, keySet: createRemoteJWKSet(new URL(jwks_uri), { cooldownDuration: 0 }) }
}
