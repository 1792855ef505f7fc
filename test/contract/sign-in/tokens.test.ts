import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { consumerTenantId } from '../../../local/people.ts'
import { clientId } from './client.ts'
import { readRefusal, startTestSignIn } from './microsoft.ts'

const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'
const fabrikam = '7a8f3b52-64d1-4c1e-8f0e-2d9f3c5b7e02'

const connectAda = async (options = {}) => {
  const signIn = await startTestSignIn(options)
  const client = await signIn.client('common', consumerTenantId)
  return { signIn, client, ...(await client.connect('ada@outlook.example')) }
}

const refreshTokenOf = async (answer: Response) =>
  ((await answer.json()) as { refresh_token: string }).refresh_token

describe('redeeming a code', () => {
  test('a code works once', async () => {
    const client = await (await startTestSignIn()).client('common')
    const callback = await client.consent('ada@outlook.example')
    expect((await client.redeem(callback)).status).toBe(200)
    expect(await readRefusal(await client.redeem(callback))).toMatchObject({
      error: 'invalid_grant',
      code: 54005,
    })
  })

  test.each([
    ['another code verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant', 501481],
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:1/other' }, 'invalid_grant', 500112],
    ['an unknown code', { code: 'nonsense' }, 'invalid_grant', 70000],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client', 7000215],
    ['no secret', { client_secret: '' }, 'invalid_client', 7000218],
    ['an unknown client', { client_id: 'nobody' }, 'unauthorized_client', 700016],
    ['an unknown grant type', { grant_type: 'password' }, 'unsupported_grant_type', 70003],
    ['no code', { code: '' }, 'invalid_request', 900144],
    ['an unknown scope', { scope: 'bingads.manage' }, 'invalid_scope', 70011],
    [
      'scopes of two resources',
      { scope: 'https://ads.microsoft.com/msads.manage https://si.ads.microsoft.com/msads.manage' },
      'invalid_scope',
      700022,
    ],
  ])('%s is refused in Microsoft’s form; the code stays valid', async (_what, parameters, error, code) => {
    const client = await (await startTestSignIn()).client('common')
    const callback = await client.consent('ada@outlook.example')
    expect(await readRefusal(await client.redeem(callback, parameters))).toMatchObject({ error, code })
    expect((await client.redeem(callback, { client_secret: 'secret-2' })).status).toBe(200)
  })

  test('a code is redeemed at the tenant path that issued it', async () => {
    const signIn = await startTestSignIn()
    const callback = await (await signIn.client('common')).consent('ada@outlook.example')
    const elsewhere = await (await signIn.client('consumers')).redeem(callback)
    expect(await readRefusal(elsewhere)).toMatchObject({ error: 'invalid_grant', code: 700005 })
  })

  test('a refusal’s body has all of Microsoft’s fields', async () => {
    const client = await (await startTestSignIn()).client('common')
    const answer = await client.refresh('nonsense')
    expect(await answer.json()).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(
        /^AADSTS70000: .+\r\nTrace ID: [-0-9a-f]{36}\r\nCorrelation ID: [-0-9a-f]{36}\r\nTimestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
      ),
      error_codes: [70000],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
      trace_id: expect.any(String),
      correlation_id: expect.any(String),
      error_uri: 'https://login.microsoftonline.com/error?code=70000',
      suberror: 'bad_token',
    })
  })

  test('refresh token and ID token are issued only with their scopes', async () => {
    const client = await (await startTestSignIn()).client('common')
    const callback = await client.consent('ada@outlook.example', {
      scope: 'https://ads.microsoft.com/msads.manage',
      nonce: '',
    })
    const tokens = (await (await client.redeem(callback)).json()) as object
    expect(Object.keys(tokens).sort()).toEqual([
      'access_token',
      'expires_in',
      'ext_expires_in',
      'scope',
      'token_type',
    ])
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600 })
  })

  test('the client may authenticate with Basic', async () => {
    const signIn = await startTestSignIn()
    const client = await signIn.client('common')
    const { searchParams } = await client.consent('ada@outlook.example')
    const answer = await fetch(signIn.tokenUrl('common'), {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:secret-2`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: searchParams.get('code') ?? '',
        redirect_uri: 'http://127.0.0.1:1/oauth/callback',
        code_verifier: client.verifier,
      }),
    })
    expect(answer.status).toBe(200)
  })
})

describe('refreshing', () => {
  test('a refresh returns a new refresh token, and the old one stays valid', async () => {
    const { client, refreshToken } = await connectAda()
    const next = await refreshTokenOf(await client.refresh(refreshToken))
    expect(next).not.toBe(refreshToken)
    expect((await client.refresh(refreshToken)).status).toBe(200)
    expect((await client.refresh(next)).status).toBe(200)
  })

  test('in strict mode, a used refresh token is revoked, and using it again ends its family', async () => {
    const { signIn, client, refreshToken } = await connectAda({ strict: true })
    const otherFamily = await client.connect('ada@outlook.example', { prompt: 'login' })
    const next = await refreshTokenOf(await client.refresh(refreshToken))
    expect(await readRefusal(await client.refresh(refreshToken))).toMatchObject({
      error: 'invalid_grant',
      code: 70000,
    })
    expect((await client.refresh(next)).status).toBe(400)
    expect((await client.refresh(otherFamily.refreshToken)).status).toBe(200)
    await signIn.control('settings', { strict: false })
    const relaxed = await client.connect('ada@outlook.example', { prompt: 'login' })
    await client.refresh(relaxed.refreshToken)
    expect((await client.refresh(relaxed.refreshToken)).status).toBe(200)
  })

  test.each([
    [
      'ada@outlook.example',
      consumerTenantId,
      ['common', 'consumers', consumerTenantId],
      ['organizations', contoso],
    ],
    ['grace@contoso.example', contoso, ['common', 'organizations', contoso], ['consumers', fabrikam]],
  ])('%s can refresh at its own authorities only', async (username, tid, good, bad) => {
    const signIn = await startTestSignIn()
    const { refreshToken } = await (await signIn.client('common', tid)).connect(username)
    const statusAt = async (tenantPath: string) =>
      (await (await signIn.client(tenantPath)).refresh(refreshToken)).status
    expect(await Promise.all(good.map(statusAt))).toEqual(good.map(() => 200))
    expect(await Promise.all(bad.map(statusAt))).toEqual(bad.map(() => 400))
  })

  test('a refresh for a scope without consent is refused with the documented text', async () => {
    const { client, refreshToken } = await connectAda()
    const answer = await client.refresh(refreshToken, { scope: 'https://si.ads.microsoft.com/msads.manage' })
    const body = (await answer.json()) as { error: string; error_description: string }
    expect(body.error).toBe('invalid_grant')
    expect(body.error_description).toContain('AADSTS70000: The request was denied because one or more scopes')
  })

  test('a refresh token is bound to its client', async () => {
    const { client, refreshToken } = await connectAda({
      clients: [
        {
          clientId,
          clientSecrets: ['secret-1'],
          redirectUris: ['http://127.0.0.1:1/oauth/callback'],
        },
        {
          clientId: 'other',
          clientSecrets: ['secret-1'],
          redirectUris: ['http://127.0.0.1:1/oauth/callback'],
        },
      ],
    })
    expect(await readRefusal(await client.refresh(refreshToken, { client_id: 'other' }))).toMatchObject({
      error: 'invalid_grant',
      code: 70000,
    })
  })

  test('refresh tokens, consents and keys survive a restart with a data file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sign-in-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const dataFile = join(folder, 'sign-in.jsonl')
    const first = await connectAda({ dataFile })
    await first.signIn.stop()
    const again = await startTestSignIn({ dataFile })
    const client = await again.client('common')
    expect((await client.refresh(first.refreshToken)).status).toBe(200)
    const keys = createRemoteJWKSet(new URL(`${again.origin}/common/discovery/v2.0/keys`))
    await expect(jwtVerify(first.accessToken, keys)).resolves.toBeDefined()
  })
})

describe('an application’s own token', () => {
  const options = { grant_type: 'client_credentials', client_id: 'caller', client_secret: 'caller-secret' }
  const ask = async (tenantPath: string, scope: string, clientId = 'caller') => {
    const signIn = await startTestSignIn()
    const answer = await fetch(signIn.tokenUrl(tenantPath), {
      method: 'POST',
      body: new URLSearchParams({ ...options, client_id: clientId, scope }),
    })
    return { signIn, answer }
  }

  test('client_credentials returns a token from the directory with the app’s roles', async () => {
    const { signIn, answer } = await ask(contoso, 'api://broker/.default')
    const { access_token } = (await answer.json()) as { access_token: string }
    const keys = createRemoteJWKSet(new URL(`${signIn.origin}/${contoso}/discovery/v2.0/keys`))
    const { payload } = await jwtVerify(access_token, keys, {
      issuer: signIn.issuerOf(contoso),
      audience: 'broker',
    })
    expect(payload).toMatchObject({
      ...{ azp: 'caller', azpacr: '1', oid: 'caller-object', sub: 'caller-object' },
      ...{ idtyp: 'app', roles: ['Tokens.Vend'], tid: contoso, ver: '2.0' },
    })
    for (const absent of ['scp', 'appid', 'client_id']) expect(payload).not.toHaveProperty(absent)
  })

  test('has version 1 if the API’s registration asks for it, and lasts a day if a managed identity asks', async () => {
    const { signIn, answer } = await ask(contoso, 'api://broker/.default', 'old-caller')
    const { access_token, expires_in } = (await answer.json()) as { access_token: string; expires_in: number }
    const metadata = await fetch(`${signIn.origin}/${contoso}/.well-known/openid-configuration`)
    const { issuer, jwks_uri } = (await metadata.json()) as Record<string, string>
    const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(jwks_uri ?? '')), {
      issuer: `https://sts.windows.net/${contoso}/`,
      audience: 'api://broker',
    })
    expect(issuer).toBe(payload.iss)
    expect(expires_in).toBe(86_400)
    expect(payload).toMatchObject({
      ...{ appid: 'old-caller', appidacr: '2', idp: issuer, oid: 'old-object', sub: 'old-object' },
      ...{ idtyp: 'app', roles: ['Tokens.Vend'], tid: contoso, ver: '1.0' },
    })
    expect(payload).not.toHaveProperty('azp')
  })

  test('is requested by the API’s client ID too, which is then the audience of both versions', async () => {
    for (const clientId of ['caller', 'old-caller']) {
      const { answer } = await ask(contoso, 'broker/.default', clientId)
      const { access_token } = (await answer.json()) as { access_token: string }
      expect(decodeJwt(access_token).aud).toBe('broker')
    }
  })

  test('a shared authority, another API and a scope without .default are refused', async () => {
    const atCommon = await ask('common', 'api://broker/.default')
    expect(await readRefusal(atCommon.answer)).toMatchObject({ error: 'invalid_request', code: 9001023 })
    const otherApi = await ask(contoso, 'api://other/.default')
    expect(await readRefusal(otherApi.answer)).toMatchObject({ error: 'invalid_resource', code: 500011 })
    const withoutDefault = await ask(contoso, 'api://broker/read')
    expect(await readRefusal(withoutDefault.answer)).toMatchObject({ error: 'invalid_scope', code: 70011 })
  })
})
