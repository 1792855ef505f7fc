import { errors, type JWTVerifyGetKey } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../clock.ts'
import { tracedFetch } from '../telemetry/outgoing.ts'
import { createKeptKeys } from './keptKeys.ts'

/** Nothing can be verified now, which says nothing about the token. */
export class KeysUnreachableError extends Error {
  /** `key_not_known_yet` if the keys are at hand, but the token's may be newer, and it's too early to look again. */
  readonly reason: 'keys_unreachable' | 'key_not_known_yet'
  /** After this time, the issuer is asked again. */
  readonly retryAfterSeconds: number
  constructor(reason: KeysUnreachableError['reason'] = 'keys_unreachable', retryAfterSeconds = 5) {
    super(`the issuer’s keys: ${reason}`)
    this.name = 'KeysUnreachableError'
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Options of fetching keys. */
export interface KeySourceOptions {
  readonly clock?: Clock
  /** Default is the platform's, traced. */
  readonly fetch?: typeof fetch
  /** A token with an unknown key triggers another fetch, at most this often. Default is 30,000. */
  readonly lookAgainMilliseconds?: number
}

/** The keys at a JWKS address: the key argument of `jwtVerify`. */
export type KeySource = JWTVerifyGetKey & {
  /** Fetches the keys ahead of their first use. Never rejects. */
  load(): Promise<void>
  /**
   * The issuer to which the JWKS limits a key (`issuer`, access-tokens.md), maybe with the placeholder `{tenantid}`.
   * @returns undefined if the key has no limit; an empty text, which no issuer is, if the token doesn't name its key.
   */
  issuerOf(keyId: string | undefined): string | undefined
}

/** The most unknown keys that a source remembers: strangers can name as many as they like. */
const maxMissing = 100

/**
 * Tells a new key from a withdrawn one, whose tokens are no longer good: the issuer has listed its keys again, a while
 * after someone first used this one, and it still isn't there.
 */
function createMissingKeys(afterMilliseconds: number) {
  const firstUsed = new LRUCache<string, number>({ max: maxMissing })
  return {
    isWithdrawn(
      keyId: string,
      { loadedAt, now }: { readonly loadedAt: number; readonly now: number },
    ): boolean {
      const usedAt = firstUsed.get(keyId) ?? now
      firstUsed.set(keyId, usedAt)
      return loadedAt >= usedAt + afterMilliseconds
    },
  }
}

/**
 * The keys at a JWKS address: only those, never an address that a token names (ASVS 5.0, 9.1.3). They're renewed behind
 * the callers: only a process without usable keys waits for the address. If it doesn't answer correctly, the keys
 * fetched last remain in use for a day.
 * @returns keys that throw {@link KeysUnreachableError} if the token isn't at fault.
 */
export function createKeySource(url: string, options: KeySourceOptions = {}): KeySource {
  const { clock = systemClock, fetch = tracedFetch, lookAgainMilliseconds = 30_000 } = options
  const keys = createKeptKeys(url, { clock, fetch })
  let lookedAt = Number.NEGATIVE_INFINITY
  const missing = createMissingKeys(lookAgainMilliseconds)
  /** @throws `error` if the key isn't a new one, or KeysUnreachableError if it's too early to know. */
  const lookAgain = async (keyId: string | undefined, error: unknown): Promise<void> => {
    const now = clock.now().getTime()
    const isWithdrawn = missing.isWithdrawn(keyId ?? '', { now, loadedAt: keys.loadedAt() })
    const left = lookedAt + lookAgainMilliseconds - now
    if (left > 0 && !keys.isLoading())
      throw isWithdrawn ? error : new KeysUnreachableError('key_not_known_yet', Math.ceil(left / 1000))
    await keys.load()
  }
  const getKey: JWTVerifyGetKey = async (header, token) => {
    const first = await keys.get()
    if (!first) throw new KeysUnreachableError()
    try {
      return await first(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await lookAgain(header.kid, error)
    }
    const next = await keys.get()
    // A look that brought nothing doesn't count: the next one may be a moment later.
    if (next && next !== first) lookedAt = clock.now().getTime()
    // The token may be signed with a newer key than the kept ones.
    if (!next || next === first) throw new KeysUnreachableError()
    return next(header, token)
  }
  return Object.assign(getKey, { load: keys.load, issuerOf: keys.issuerOf })
}
