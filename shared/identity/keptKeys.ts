import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose'
import { type FetchKeysOptions, fetchKeys } from './fetchKeys.ts'

/** Keys are renewed after this time: jose's own default. */
const freshMilliseconds = 600_000
/**
 * During an outage of the issuer, the keys of the last day remain in use; Microsoft asks clients to fetch daily
 * (access-tokens.md).
 */
const maxMilliseconds = 86_400_000
/** After a failed fetch, the issuer isn't asked again within this time: for a renewal, or for someone who waits. */
const restMilliseconds = { renewal: 30_000, waiting: 2000 } as const

/** A key of a JWKS, with Microsoft's extension. */
type LimitedKey = JWK & { readonly issuer?: unknown }

/** The keys fetched last, and their renewal. */
export interface KeptKeys {
  /** The usable keys. Waits only if there are none; undefined if there are still none. */
  get(): Promise<JWTVerifyGetKey | undefined>
  /** Fetches the keys, unless that failed in the last two seconds; joins a fetch under way. Never rejects. */
  load(): Promise<void>
  isLoading(): boolean
  /** When the usable keys were fetched, in milliseconds since the epoch; -Infinity without any. */
  loadedAt(): number
  /** As `KeySource.issuerOf`. */
  issuerOf(keyId: string | undefined): string | undefined
}

/** Creates the keys of a JWKS address; they're fetched at the first use. */
export function createKeptKeys(url: string, options: FetchKeysOptions): KeptKeys {
  const { clock } = options
  const now = () => clock.now().getTime()
  let kept: { readonly keys: JWTVerifyGetKey; readonly at: number } | undefined
  let failedAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined
  // Never emptied, so a fetch between choosing a key and checking its issuer changes nothing.
  const issuers = new Map<string, string>()
  const isYoungerThan = (milliseconds: number) => kept !== undefined && now() - kept.at < milliseconds
  const fetchNow = async (): Promise<void> => {
    try {
      const jwks = await fetchKeys(url, options)
      for (const { kid = '', issuer } of jwks.keys as LimitedKey[])
        if (typeof issuer === 'string') issuers.set(kid, issuer)
      kept = { keys: createLocalJWKSet(jwks), at: now() }
    } catch {
      failedAt = now()
    }
    loading = undefined
  }
  const load = async (rest: keyof typeof restMilliseconds): Promise<void> => {
    if (now() - failedAt < restMilliseconds[rest]) return
    loading ??= fetchNow()
    await loading
  }
  return {
    load: () => load('waiting'),
    isLoading: () => loading !== undefined,
    loadedAt: () => kept?.at ?? Number.NEGATIVE_INFINITY,
    get: async () => {
      if (!isYoungerThan(maxMilliseconds)) await load('waiting')
      else if (!isYoungerThan(freshMilliseconds)) void load('renewal')
      return isYoungerThan(maxMilliseconds) ? kept?.keys : undefined
    },
    issuerOf: (keyId) => (keyId === undefined ? (issuers.size > 0 ? '' : undefined) : issuers.get(keyId)),
  }
}
