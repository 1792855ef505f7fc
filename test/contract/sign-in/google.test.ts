import { describe, expect, onTestFinished, test } from 'vitest'
import { startGoogleSignIn } from '../../../local/sign-in/google.ts'
import { createVisitor } from '../../../local/sign-in/visitor.ts'
import { clientId, createTestClient, password, redirectUri } from './client.ts'

const tony = 'tony@gmail.example'
const offline = { access_type: 'offline', prompt: 'consent' }

const start = async () => {
  const google = await startGoogleSignIn({
    port: 0,
    clients: [{ clientId, clientSecrets: ['secret-1', 'secret-2'], redirectUris: [redirectUri] }],
  })
  onTestFinished(() => google.stop())
  const metadata = await fetch(`${google.origin}/.well-known/openid-configuration`)
  const server = JSON.parse(await metadata.text())
  const client = createTestClient(server, 'openid email profile')
  const control = (path: string, body: object) =>
    fetch(`${google.origin}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const newBrowser = () => createTestClient(server, 'openid email profile', createVisitor())
  return { google, client, control, newBrowser }
}

describe('signing in as at Google', () => {
  test('the whole flow returns an ID token, an opaque access token and, offline, a refresh token', async () => {
    const { google, client } = await start()
    const { claims, accessToken, refreshToken } = await client.connect(tony, offline)
    expect(claims).toMatchObject({
      iss: google.issuer,
      aud: clientId,
      sub: '104729104729104729104',
      email: tony,
      email_verified: true,
    })
    expect(accessToken.split('.')).toHaveLength(1)
    expect(refreshToken).not.toBe('')
  })

  test('the callback has more than code and state', async () => {
    const { client, google } = await start()
    const { searchParams } = await client.consent(tony, offline)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      state: 'state-1',
      scope: 'openid email profile',
      authuser: '0',
      prompt: 'consent',
      iss: google.issuer,
    })
  })

  test('a refresh token is issued only offline, and later only after another consent prompt', async () => {
    const { client, newBrowser } = await start()
    expect((await client.connect(tony)).refreshToken).toBe('')
    expect((await newBrowser().connect(tony, { access_type: 'offline' })).refreshToken).toBe('')
    expect((await newBrowser().connect(tony, offline)).refreshToken).not.toBe('')
  })

  test('a browser with one session sees the chooser only if it is asked for', async () => {
    const { client, google } = await start()
    const visitor = createVisitor()
    await visitor.signIn({
      authorizeUrl: await client.authorizeUrl(offline),
      ...{ username: tony, password, stopAt: redirectUri },
    })
    const visit = async (prompt: string) => visitor.visit(await client.authorizeUrl({ ...offline, prompt }))
    expect((await visit('consent')).body).toContain('id="accept"')
    const chooser = await visit('select_account consent')
    expect(chooser.body).toContain(`>${tony}</button>`)
    const another = await visitor.submit(chooser, { account: 'another' })
    expect(another.body).toContain('id="password"')
    const same = await visitor.submit(await visit('select_account consent'), { account: 'signed-in' })
    expect([new URL(same.url).origin, same.body]).toEqual([
      google.origin,
      expect.stringContaining('id="accept"'),
    ])
  })

  test('a person whose administrator blocks the app ends at Google’s page, with no way back', async () => {
    const { client, google } = await start()
    const leslie = { username: 'leslie@workspace.example', password, stopAt: redirectUri }
    const page = await createVisitor().signIn({ authorizeUrl: await client.authorizeUrl(offline), ...leslie })
    expect(page).toMatchObject({ status: 400, stopped: false })
    expect(page.body).toContain('admin_policy_enforced')
    expect(new URL(page.url).origin).toBe(google.origin)
    expect(page.body).not.toContain('<form')
  })

  test.each([
    [
      'Android’s WebView',
      'Mozilla/5.0 (Linux; Android 16; Pixel 10; wv) AppleWebKit/537.36 Chrome/147.0',
      403,
    ],
    [
      'iOS’s web view',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile',
      403,
    ],
    [
      'Safari',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1.15 Version/19.0 Safari/604.1',
      200,
    ],
    [
      'Chrome',
      'Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/147.0 Safari/537.36',
      200,
    ],
  ])('%s gets the sign-in only if it isn’t embedded', async (_name, agent, status) => {
    const { client } = await start()
    const headers = { 'user-agent': agent }
    const answer = await fetch(await client.authorizeUrl(offline), { headers, redirect: 'manual' })
    expect(answer.status).toBe(status === 200 ? 303 : status)
    expect((await answer.text()).includes('disallowed_useragent')).toBe(status === 403)
  })

  test('a refresh returns no new refresh token', async () => {
    const { client } = await start()
    const { refreshToken } = await client.connect(tony, offline)
    for (const _time of [1, 2]) {
      const answer = await client.refresh(refreshToken)
      const tokens = (await answer.json()) as object
      expect(Object.keys(tokens).sort()).toEqual([
        'access_token',
        'expires_in',
        'id_token',
        'scope',
        'token_type',
      ])
      expect(tokens).toMatchObject({ scope: 'openid email profile', token_type: 'Bearer' })
    }
  })

  test('token info shows an access token’s owner', async () => {
    const { google, client, control } = await start()
    const { accessToken } = await client.connect(tony)
    const ask = (token: string) => fetch(`${google.origin}/tokeninfo?access_token=${token}`)
    expect(await (await ask(accessToken)).json()).toMatchObject({
      sub: '104729104729104729104',
      email: tony,
      aud: clientId,
      expires_in: expect.stringMatching(/^\d+$/),
    })
    expect((await ask('nonsense')).status).toBe(400)
    await control('revoke', { username: tony })
    expect((await ask(accessToken)).status).toBe(400)
  })

  test('declining returns access_denied', async () => {
    const { client, google } = await start()
    const { url } = await createVisitor().signIn({
      authorizeUrl: await client.authorizeUrl(offline),
      username: tony,
      password,
      decision: 'decline',
      stopAt: redirectUri,
    })
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      error: 'access_denied',
      iss: google.issuer,
      state: 'state-1',
    })
  })

  test('a revoked, a mismatched and an unknown token are refused in Google’s form', async () => {
    const { client, control } = await start()
    const { refreshToken } = await client.connect(tony, offline)
    const wrongSecret = await client.refresh(refreshToken, { client_secret: 'wrong' })
    expect([wrongSecret.status, await wrongSecret.json()]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'Unauthorized' },
    ])
    await control('revoke', { username: tony })
    const revoked = await client.refresh(refreshToken)
    expect([revoked.status, await revoked.json()]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
    ])
    expect(await (await client.refresh('nonsense')).json()).toMatchObject({ error: 'invalid_grant' })
  })

  test('a code works once, and only with its verifier and redirect URI', async () => {
    const { client } = await start()
    const callback = await client.consent(tony, offline)
    const errorWith = async (parameters?: Record<string, string>) =>
      ((await (await client.redeem(callback, parameters)).json()) as { error?: string }).error
    expect(await errorWith({ code_verifier: 'x'.repeat(43) })).toBe('invalid_grant')
    expect(await errorWith({ redirect_uri: `${redirectUri}/other` })).toBe('redirect_uri_mismatch')
    expect(await errorWith()).toBeUndefined()
    expect(await errorWith()).toBe('invalid_grant')
  })

  test('faults have Google’s form', async () => {
    const { client, control } = await start()
    const { refreshToken } = await client.connect(tony, offline)
    await control('faults', { endpoint: 'token', kind: 'revoked', username: tony })
    expect(await (await client.refresh(refreshToken)).json()).toEqual({
      error: 'invalid_grant',
      error_description: 'Token has been expired or revoked.',
    })
    await control('faults', { endpoint: 'token', kind: 'shortLived', expiresIn: 60 })
    expect(await (await client.refresh(refreshToken)).json()).toMatchObject({ expires_in: 60 })
  })
})
