import { ClientSecretPost } from 'oauth4webapi'
import { systemClock } from '../../shared/clock.ts'
import type { SignInRow } from '../../shared/identity/signInTable.ts'
import {
  type ClientCredentials,
  createTokenEndpoints,
  type TokenEndpointDependencies,
} from '../../shared/identity/tokenEndpoint.ts'
import { Secret } from '../../shared/secret.ts'

/** A successful answer to a refresh. */
export const answer = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600 }
/** A refresh. */
export const request = {
  environment: 'production',
  identityProvider: 'microsoft',
  authorityTenant: 'consumers',
  scopes: ['s', 'openid'],
  refreshToken: new Secret('r'),
} as const
/** The sign-in row. */
export const row = {
  environment: 'production',
  identityProvider: 'microsoft',
  clientId: 'c',
  signInTenant: 'common',
  scopes: ['ads', 'openid'],
  issuer: () => 'https://login.example',
  tokenUrl: (tenant: string) => `https://login.example/${tenant}/token`,
} as unknown as SignInRow
/** A code to redeem. */
export const code = {
  row,
  code: 'code',
  codeVerifier: 'v'.repeat(43),
  redirectUri: 'https://broker.example/cb',
}
/** An answer that refuses our credential with an Entra number. */
export const refused = (number: number) =>
  Response.json({ error: 'invalid_client', error_codes: [number] }, { status: 401 })
/** Entra numbers: one means that our secret is wrong; the other is unlisted. */
export const [wrongSecret, unlisted] = [7000215, 7000998]

/** The answer to a request. */
export type Step = Response | (() => Promise<Response>)
/** Overrides for the token endpoints. */
export interface TokenGround extends Partial<TokenEndpointDependencies> {
  readonly list?: ClientCredentials['list']
  readonly report?: ClientCredentials['report']
  readonly assertAvailable?: ClientCredentials['assertAvailable']
}

/** Token endpoints with these answers, in order, and then successful ones; records the requests and reports. */
export function openEndpoints(
  answers: readonly Step[] = [],
  { list, report, assertAvailable, ...more }: TokenGround = {},
) {
  const left = [...answers]
  const seen = { sent: [] as Record<string, string>[], reported: [] as string[], ages: [] as string[] }
  const endpoints = createTokenEndpoints({
    signInTable: () => row,
    credentials: {
      list: async (...asked) => {
        seen.ages.push(asked[1])
        return list ? list(...asked) : credentials('one', 'two')
      },
      ...(assertAvailable && { assertAvailable }),
      report: report ?? (async (_registration, id, result) => void seen.reported.push(`${id} ${result}`)),
    },
    clock: systemClock,
    timeLimitSeconds: 0.2,
    allowInsecure: false,
    fetch: async (url, init) => {
      const body = new URLSearchParams(String(init?.body))
      seen.sent.push({ url: String(url), ...Object.fromEntries(body) })
      const next = left.shift() ?? Response.json(answer)
      return typeof next === 'function' ? next() : next
    },
    ...more,
  })
  return { ...endpoints, seen }
}

/** Client secrets, each of which is its own id. */
export const credentials = (...ids: string[]) => ids.map((id) => ({ id, authenticate: ClientSecretPost(id) }))
