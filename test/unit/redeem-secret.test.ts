import { expect, test } from 'vitest'
import { redeemSecret, type SecretRedemption } from '../../shared/identity/redeemSecret.ts'
import { Secret } from '../../shared/secret.ts'

const redemption: SecretRedemption = {
  ...{ issuer: 'https://issuer.example', tokenUrl: 'https://issuer.example/token' },
  ...{ clientId: 'the app', clientSecret: new Secret('s/e~c'), isBasic: false, audience: 'api://broker' },
}
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

async function redeem(answer: () => Response | Promise<Response>, change: Partial<SecretRedemption> = {}) {
  const sent: Record<string, unknown>[] = []
  const fetch = (async (url: string, init: RequestInit) => {
    const authorization = new Headers(init.headers).get('authorization')
    sent.push({
      url,
      authorization,
      redirect: init.redirect,
      ...Object.fromEntries(init.body as URLSearchParams),
    })
    return answer()
  }) as typeof globalThis.fetch
  const redeemed = await redeemSecret({ allowInsecure: false, fetch }, { ...redemption, ...change })
  return { redeemed, sent }
}
const good = () => json({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 3600 })

test('a secret goes to the token endpoint of its issuer once, in the body, and brings a token', async () => {
  const { redeemed, sent } = await redeem(good)
  expect(redeemed).toEqual({ ok: true, token: 'a.b.c' })
  expect(sent).toEqual([
    {
      ...{ url: 'https://issuer.example/token', authorization: null, redirect: 'manual' },
      ...{ grant_type: 'client_credentials', client_id: 'the app', client_secret: 's/e~c' },
      ...{ resource: 'api://broker', audience: 'api://broker' },
    },
  ])
})

test('a secret that came as HTTP Basic is sent as HTTP Basic', async () => {
  const { sent } = await redeem(good, { isBasic: true })
  const encoded = String(sent[0]?.authorization).replace('Basic ', '')
  expect(new URLSearchParams(`x=${Buffer.from(encoded, 'base64')}`).get('x')).toBe('the app:s/e~c')
  expect(sent[0]).not.toHaveProperty('client_secret')
})

test('Entra is asked for the audience by its scope', async () => {
  const tokenUrl = 'https://login.microsoftonline.com/d/oauth2/v2.0/token'
  const { sent } = await redeem(good, { tokenUrl })
  expect(sent[0]).toMatchObject({ scope: 'api://broker/.default' })
  expect(sent[0]).not.toHaveProperty('resource')
})

test.each<[string, () => Response, object]>([
  [
    'an OAuth error',
    () => json({ error: 'invalid_client' }, 401),
    { reason: 'refused', error: 'invalid_client' },
  ],
  [
    'one of Entra',
    () => json({ error: 'invalid_client', error_codes: [7000215] }, 401),
    { reason: 'refused', error: 'invalid_client, AADSTS7000215' },
  ],
  [
    'an error that is no OAuth error',
    () => json({ error: 's/e~c <script>' }, 400),
    { reason: 'refused', error: '400' },
  ],
  ['a page', () => new Response('<html>', { status: 403 }), { reason: 'refused', error: '403' }],
  [
    'throttling',
    () => json({}, 429, { 'retry-after': '30' }),
    { reason: 'unavailable', retryAfterSeconds: 30 },
  ],
  ['a server error', () => json({}, 500), { reason: 'unavailable', retryAfterSeconds: 5 }],
  ['no token', () => json({}), { reason: 'unavailable', retryAfterSeconds: 5 }],
  [
    'a redirect',
    () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } }),
    { reason: 'unavailable', retryAfterSeconds: 5 },
  ],
  [
    'a broken connection',
    () => {
      throw new TypeError('fetch failed')
    },
    { reason: 'unavailable', retryAfterSeconds: 5 },
  ],
])('%s brings none', async (_title, answer, expected) => {
  expect((await redeem(answer)).redeemed).toEqual({ ok: false, ...expected })
})

test('a secret is never sent without TLS', async () => {
  const { redeemed, sent } = await redeem(good, { tokenUrl: 'http://issuer.example/token' })
  expect(redeemed).toMatchObject({ ok: false, reason: 'unavailable' })
  expect(sent).toEqual([])
})
