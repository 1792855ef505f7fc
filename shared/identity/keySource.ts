import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { type Clock, systemClock } from '../clock.ts'
import { tracedFetch } from '../telemetry/outgoing.ts'

/** The issuer's keys cannot be fetched, and none are kept that may still be used: nothing can be verified now. */
export class KeysUnreachableError extends Error {
  constructor() {
    super('the issuer’s keys are out of reach')
    this.name = 'KeysUnreachableError'
  }
}

/** What fetching keys needs. */
export interface KeySourceOptions {
  readonly clock?: Clock
  /** Default is the platform's, traced. */
  readonly fetch?: typeof fetch
}

/** Keys are fetched again after so long: jose's own default. */
const freshMilliseconds = 600_000
/** An outage of the issuer is lived through with the keys of the last day; Microsoft asks to look daily (access-tokens.md). */
const maxMilliseconds = 86_400_000
/** A token that names an unknown key makes us look again, not more often than this. */
const lookAgainMilliseconds = 30_000
/** After a failed fetch, no caller waits for the issuer again within this time, with or without kept keys. */
const restMilliseconds = { withKeys: 30_000, withoutKeys: 2000 } as const

/**
 * The keys at a JWKS address: only ever those, never what a token points to (ASVS 5.0, 9.1.3). While the address
 * does not answer as it should, the keys fetched last go on for a day.
 * @returns what `jwtVerify` takes; it throws {@link KeysUnreachableError} when the fault is not the token's.
 */
export function createKeySource(url: string, options: KeySourceOptions = {}): JWTVerifyGetKey {
  const { clock = systemClock, fetch = tracedFetch } = options
  const remote = createRemoteJWKSet(new URL(url), { [customFetch]: fetch })
  let kept: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  const load = async (now: number): Promise<void> => {
    if (now - failedAt < (kept ? restMilliseconds.withKeys : restMilliseconds.withoutKeys)) return
    try {
      await remote.reload()
      kept = { keys: createLocalJWKSet(remote.jwks()!), at: now }
    } catch {
      failedAt = now
    }
  }
  return async (header, token) => {
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
}
