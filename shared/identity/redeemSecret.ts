import * as oauth from 'oauth4webapi'
import { withSignal } from '../clock.ts'
import { parseRetryAfterSeconds } from '../domain/retryAfter.ts'
import type { Secret } from '../secret.ts'

/** A client's ID and secret, and where its token comes from. */
export interface SecretRedemption {
  readonly issuer: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** Whether the secret is sent as HTTP Basic instead of in the body: issuers may accept only one (RFC 6749, section 2.3.1). */
  readonly isBasic: boolean
  /** The audience that the token must have. */
  readonly audience: string
}

/** A client's token, or why there is none. */
export type RedeemedSecret =
  | { readonly ok: true; readonly token: string }
  /** `error` is the issuer's, with Microsoft's number. */
  | { readonly ok: false; readonly reason: 'refused'; readonly error: string }
  | { readonly ok: false; readonly reason: 'unavailable'; readonly retryAfterSeconds: number }

/** Dependencies of redeeming a secret. */
export interface RedeemSecretDependencies {
  readonly allowInsecure: boolean
  readonly fetch: typeof fetch
}

/** A tool waits for its answer. */
const limitSeconds = 10
const shortWaitSeconds = 5

/** Redeems a client's ID and secret for its token at its own issuer (RFC 6749, section 4.4). It's sent once. */
export async function redeemSecret(
  { allowInsecure, fetch }: RedeemSecretDependencies,
  redemption: SecretRedemption,
): Promise<RedeemedSecret> {
  const { issuer, tokenUrl, clientId, clientSecret, isBasic, audience } = redemption
  const authenticate = isBasic ? oauth.ClientSecretBasic : oauth.ClientSecretPost
  try {
    return await withSignal(limitSeconds, async (signal) => {
      const response = await oauth.genericTokenEndpointRequest(
        { issuer, token_endpoint: tokenUrl },
        { client_id: clientId },
        authenticate(clientSecret.expose()),
        'client_credentials',
        audienceParameters(tokenUrl, audience),
        { signal, [oauth.allowInsecureRequests]: allowInsecure, [oauth.customFetch]: fetch },
      )
      return judge(response, await response.json().catch(() => undefined))
    })
  } catch {
    return { ok: false, reason: 'unavailable', retryAfterSeconds: shortWaitSeconds }
  }
}

/**
 * How a token's audience is asked for: at Entra by the scope (v2-oauth2-client-creds-grant-flow.md), elsewhere by RFC 8707's
 * `resource` and by `audience`, which Auth0 reads. Issuers ignore what they don't know.
 */
function audienceParameters(tokenUrl: string, audience: string): Record<string, string> {
  return tokenUrl.endsWith('/oauth2/v2.0/token')
    ? { scope: `${audience}/.default` }
    : { resource: audience, audience }
}

function judge({ status, headers }: Response, body: unknown): RedeemedSecret {
  const { access_token: token, error, error_codes: codes } = (body ?? {}) as Record<string, unknown>
  if (status === 200 && typeof token === 'string') return { ok: true, token }
  if (status === 429 || status < 400 || status >= 500) {
    const retryAfterSeconds = parseRetryAfterSeconds(headers.get('retry-after')) ?? shortWaitSeconds
    return { ok: false, reason: 'unavailable', retryAfterSeconds }
  }
  const [number] = Array.isArray(codes) ? codes : []
  const named = typeof error === 'string' && /^[\w.:-]{1,60}$/.test(error) ? error : String(status)
  return {
    ok: false,
    reason: 'refused',
    error: Number.isInteger(number) ? `${named}, AADSTS${number}` : named,
  }
}
