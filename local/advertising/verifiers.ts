import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Environment } from './world.ts'

/** The result of verifying an access token. */
type TokenVerdict =
  | {
      readonly ok: true
      /** The person: `oid` (Microsoft) or `sub` (Google). */
      readonly objectId: string
      /** `iat` in seconds since 1970; null if the token has none. */
      readonly issuedAt: number | null
    }
  | { readonly ok: false; readonly reason: 'expired' | 'invalid' }

/**
 * Verifies an access token for an environment.
 * @throws if the keys or the provider can't be reached; the stand-in then answers 500 with code 0.
 */
export type VerifyToken = (token: string, environment: Environment) => Promise<TokenVerdict>

/** The resource that each environment's scope names (Python SDK authorization.py, HISTORY.rst 13.0.24.2). */
export const audiences: Readonly<Record<Environment, string>> = {
  production: 'https://ads.microsoft.com',
  sandbox: 'https://si.ads.microsoft.com',
}

/** The scope that has been required since 2022-06-01; `ads.manage` isn't accepted (guides/authentication-oauth-mfa). */
export const requiredScope = 'msads.manage'

/** Verifies tokens of a sign-in with Microsoft's paths: its keys are at `/common/discovery/v2.0/keys`. */
export function createMicrosoftTokenVerifier(signInOrigin: string): VerifyToken {
  return createJwtVerifier(createRemoteJWKSet(new URL(`${signInOrigin}/common/discovery/v2.0/keys`)))
}

/** Verifies RS256 tokens against a key set: signature, `exp`, the environment's `aud`, and `scp`. */
export function createJwtVerifier(keys: JWTVerifyGetKey): VerifyToken {
  return async (token, environment) => {
    try {
      const options = {
        algorithms: ['RS256'],
        audience: audiences[environment],
        requiredClaims: ['exp', 'oid'],
      }
      const { payload } = await jwtVerify(token, keys, options)
      const scopes = String(payload.scp ?? '').split(' ')
      if (!scopes.some((scope) => scope.split('/').at(-1) === requiredScope)) return refused('invalid')
      return { ok: true, objectId: String(payload.oid), issuedAt: payload.iat ?? null }
    } catch (error) {
      return refused(readJoseError(error))
    }
  }
}

/** Verifies opaque tokens by asking Google's `/tokeninfo`; a refusal there gives no details. */
export function createGoogleTokenVerifier(googleOrigin: string): VerifyToken {
  return async (token) => {
    const url = new URL('/tokeninfo', googleOrigin)
    url.searchParams.set('access_token', token)
    const response = await fetch(url)
    if (response.status >= 500) throw new Error(`Google's tokeninfo answered ${response.status}.`)
    const info = response.ok ? ((await response.json()) as { sub?: string }) : {}
    return info.sub ? { ok: true, objectId: info.sub, issuedAt: null } : refused('invalid')
  }
}

function refused(reason: 'expired' | 'invalid'): TokenVerdict {
  return { ok: false, reason }
}

/** Only errors about the token are refusals; unreachable keys are rethrown. */
function readJoseError(error: unknown): 'expired' | 'invalid' {
  if (error instanceof errors.JWTExpired) return 'expired'
  const isAboutKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid
  const isGeneric = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC'
  if (error instanceof errors.JOSEError && !isAboutKeys && !isGeneric) return 'invalid'
  throw error
}
