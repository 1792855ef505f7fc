import { createRemoteJWKSet, customFetch, type JSONWebKeySet } from 'jose'
import { readBoundedBody } from '../boundedBody.ts'
import type { Clock } from '../clock.ts'

/** The pauses before the attempts of one fetch. */
const pausesMilliseconds = [0, 200, 800]
/** No attempt starts later than this, so a fetch takes 5.5 s at most: no caller waits longer for missing keys. */
const lastStartMilliseconds = 3000
const attemptMilliseconds = 2500
/** The largest key set that is read: fifty times the size of Entra's. */
export const maxKeySetBytes = 1_048_576

/** How keys are fetched. */
export interface FetchKeysOptions {
  readonly clock: Clock
  readonly fetch: typeof fetch
}

/**
 * Fetches the keys at a JWKS address. A failed attempt is repeated twice, so that one reset or server error isn't
 * noticed. An answer without keys is a failed attempt.
 * @throws the last attempt's error.
 */
export async function fetchKeys(url: string, { clock, fetch }: FetchKeysOptions): Promise<JSONWebKeySet> {
  const startedAt = clock.now().getTime()
  let last: unknown
  for (const pause of pausesMilliseconds) {
    if (pause > 0) await clock.sleep(pause)
    if (clock.now().getTime() - startedAt > lastStartMilliseconds) break
    try {
      return await fetchOnce(url, fetch)
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function fetchOnce(url: string, fetch: typeof globalThis.fetch): Promise<JSONWebKeySet> {
  const remote = createRemoteJWKSet(new URL(url), {
    [customFetch]: async (address, options) => limited(await fetch(address, options)),
    timeoutDuration: attemptMilliseconds,
  })
  await remote.reload()
  const jwks = remote.jwks()
  if (!jwks?.keys.length) throw new Error('The JWKS has no keys.')
  return jwks
}

/** @throws Error for an answer that is too large; jose would read it whole. */
async function limited(response: Response): Promise<Response> {
  const body = await readBoundedBody(response, maxKeySetBytes)
  if (!body) throw new Error('The JWKS is too large.')
  return new Response(new Uint8Array(body), { status: response.status })
}
