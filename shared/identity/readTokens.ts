import { maxLifetimeSeconds } from '../domain/schedule.ts'
import { Secret } from '../secret.ts'

/**
 * The most characters of a token, including one that an app imports (`POST …/grants`). Servers accept 16 KiB of
 * headers by default (Node.js, http.sys), a sealed token must fit a table column of 32,768 characters, and Google's
 * longest is 12,288 bytes (STS `ExchangeTokenResponse`).
 */
export const maxTokenCharacters = 16_384
/** RFC 6749, appendices A.12 and A.17, without the space, because it would end a credential in a header. */
const tokenPattern = /^[\x21-\x7e]+$/

/** The required members of a token endpoint's successful answer, and the refresh token if there is one. */
export interface ReadTokens {
  readonly accessToken: Secret
  readonly expiresInSeconds: number
  readonly refreshToken?: Secret
}

/**
 * Reads the tokens of an answer (RFC 6749, section 5.1).
 * @returns undefined unless each token can be sent in a header and stored, and the lifetime is one that providers use.
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
