import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose'
import { type Clock, systemClock } from '../clock.ts'
import { tracedFetch } from '../telemetry/outgoing.ts'

/** The issuer's keys can't be fetched, and no kept keys are recent enough: nothing can be verified now. */
export class KeysUnreachableError extends Error {
  constructor() {
    super('the issuer’s keys are out of reach')
    this.name = 'KeysUnreachableError'
  }
}

/** Options of fetching keys. */
export interface KeySourceOptions {
  readonly clock?: Clock
  /** Default is the platform's, traced. */
  readonly fetch?: typeof fetch
}

/** Keys are fetched again after this time: jose's own default. */
const freshMilliseconds = 600_000
/**
 * During an outage of the issuer, the keys of the last day remain in use; Microsoft asks clients to fetch daily
 * (access-tokens.md).
 */
const maxMilliseconds = 86_400_000
/** A token with an unknown key triggers another fetch, at most this often. */
const lookAgainMilliseconds = 30_000
/** After a failed fetch, no caller waits for the issuer again within this time, with or without kept keys. */
const restMilliseconds = { withKeys: 30_000, withoutKeys: 2000 } as const

/** A key of a JWKS, with Microsoft's extension. */
type LimitedKey = JWK & { readonly issuer?: unknown }

/** The keys at a JWKS address: the key argument of `jwtVerify`. */
export type KeySource = JWTVerifyGetKey & {
  /**
   * The issuer to which the JWKS limits a key (`issuer`, access-tokens.md), maybe with the placeholder `{tenantid}`.
   * @returns undefined if the key has no limit; an empty text, which no issuer is, if the token doesn't name its key.
   */
  issuerOf(keyId: string | undefined): string | undefined
}

/**
 * The keys at a JWKS address: only those, never an address that a token names (ASVS 5.0, 9.1.3). If the address
 * doesn't answer correctly, the keys fetched last remain in use for a day.
 * @returns keys that throw {@link KeysUnreachableError} if the token isn't at fault.
 */
export function createKeySource(url: string, options: KeySourceOptions = {}): KeySource {
  const { clock = systemClock, fetch = tracedFetch } = options
  const remote = createRemoteJWKSet(new URL(url), { [customFetch]: fetch })
  let kept: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  // Never emptied, so a fetch between choosing a key and checking its issuer changes nothing.
  const issuers = new Map<string, string>()
  const load = async (now: number): Promise<void> => {
    if (now - failedAt < (kept ? restMilliseconds.withKeys : restMilliseconds.withoutKeys)) return
    try {
      await remote.reload()
      const jwks = remote.jwks()!
      for (const { kid = '', issuer } of jwks.keys as LimitedKey[])
        if (typeof issuer === 'string') issuers.set(kid, issuer)
      kept = { keys: createLocalJWKSet(jwks), at: now }
    } catch {
      failedAt = now
    }
  }
  const getKey: JWTVerifyGetKey = async (header, token) => {
    const now = clock.now().getTime()
    if (!kept || now - kept.at >= freshMilliseconds) await load(now)
    if (!kept || now - kept.at >= maxMilliseconds) throw new KeysUnreachableError()
    const first = kept
    try {
      return await first.keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || now - first.at < lookAgainMilliseconds) throw error
    }
    await load(now)
    // The token may be signed with a newer key than the kept ones.
    if (kept === first) throw new KeysUnreachableError()
    return kept.keys(header, token)
  }
  const issuerOf: KeySource['issuerOf'] = (keyId) =>
    keyId === undefined ? (issuers.size > 0 ? '' : undefined) : issuers.get(keyId)
  return Object.assign(getKey, { issuerOf })
}
