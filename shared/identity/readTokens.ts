import { maxLifetimeSeconds } from '../domain/schedule.ts'
import { Secret } from '../secret.ts'

/**
 * Characters of the longest token that is taken: what an app can bring (`POST …/grants`). Servers accept 16 KiB of
 * headers by default (Node.js, http.sys), a sealed token must fit a table column of 32,768 characters, and Google's
 * longest is 12,288 bytes (STS `ExchangeTokenResponse`).
 */
export const maxTokenCharacters = 16_384
/** RFC 6749, appendices A.12 and A.17, without the space, which ends a credential in a header. */
const tokenPattern = /^[\x21-\x7e]+$/

/** What a good answer of a token endpoint always holds, and the refresh token where there is one. */
export interface ReadTokens {
  readonly accessToken: Secret
  readonly expiresInSeconds: number
  readonly refreshToken?: Secret
}

/**
 * Reads the tokens of an answer (RFC 6749, section 5.1).
 * @returns undefined unless each token can be sent in a header and stored, and the lifetime is one that providers give.
 */
export function readTokens(body: Readonly<Record<string, unknown>>): ReadTokens | undefined {
  const { access_token, refresh_token } = body
  const expiresInSeconds = toLifetime(body.expires_in)
  if (!isToken(access_token) || !expiresInSeconds) return undefined
  const accessToken = new Secret(access_token)
  if (refresh_token === undefined || refresh_token === null) return { accessToken, expiresInSeconds }
  if (!isToken(refresh_token)) return undefined
  return { accessToken, expiresInSeconds, refreshToken: new Secret(refresh_token) }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTokenCharacters && tokenPattern.test(value)
}

/** Some of Microsoft's endpoints send seconds as text (`expires_in` of v1.0). */
function toLifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? Number(value) : value
  if (typeof seconds !== 'number') return undefined
  return seconds >= 1 && seconds <= maxLifetimeSeconds ? seconds : undefined
}
