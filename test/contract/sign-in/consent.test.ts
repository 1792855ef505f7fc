import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { consumerTenantId } from '../../../local/people.ts'
import { createVisitor } from '../../../local/sign-in/visitor.ts'
import { clientId, password, redirectUri } from './client.ts'
import { startTestSignIn } from './microsoft.ts'

const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

describe('signing in as at Microsoft', () => {
  test.each([
    ['a personal account', 'ada@outlook.example', 'common', consumerTenantId],
    ['a personal account', 'ada@outlook.example', 'consumers', consumerTenantId],
    ['a work account', 'grace@contoso.example', 'common', contoso],
    ['a work account', 'grace@contoso.example', 'organizations', contoso],
    ['a work account', 'grace@contoso.example', contoso, contoso],
    ['a work account with a second factor', 'radia@contoso.example', 'common', contoso],
  ])('%s (%s) at %s gets an ID token from its own directory', async (_kind, username, tenantPath, tid) => {
    const signIn = await startTestSignIn()
    const client = await signIn.client(tenantPath, tid)
    const { claims, refreshToken } = await client.connect(username)
    expect(claims).toMatchObject({
      iss: `${signIn.origin}/${tid}/v2.0`,
      aud: clientId,
      tid,
      preferred_username: username,
      email: username,
      ver: '2.0',
    })
    expect(claims.sub).not.toBe(claims.oid)
    expect(refreshToken).not.toBe('')
  })

  test('the access token is for the resource of the scope and can be checked with the published keys', async () => {
    const signIn = await startTestSignIn()
    const client = await signIn.client('common', consumerTenantId)
    for (const resource of ['https://ads.microsoft.com', 'https://si.ads.microsoft.com']) {
      const { accessToken } = await client.connect('ada@outlook.example', {
        scope: `openid offline_access ${resource}/msads.manage`,
      })
      const keys = createRemoteJWKSet(new URL(`${signIn.origin}/common/discovery/v2.0/keys`))
      const { payload } = await jwtVerify(accessToken, keys, { audience: resource })
      expect(payload).toMatchObject({
        iss: signIn.issuerOf(consumerTenantId),
        tid: consumerTenantId,
        oid: '00000000-0000-0000-0000-00000000ada0',
        scp: 'msads.manage',
        azp: clientId,
        preferred_username: 'ada@outlook.example',
      })
    }
  })

  test('a shared authority publishes an issuer with a placeholder for the tenant id', async () => {
    const { origin } = await startTestSignIn()
    const issuerAt = async (tenantPath: string) => {
      const answer = await fetch(`${origin}/${tenantPath}/v2.0/.well-known/openid-configuration`)
      return ((await answer.json()) as { issuer: string }).issuer
    }
    expect(await issuerAt('common')).toBe(`${origin}/{tenantid}/v2.0`)
    expect(await issuerAt('organizations')).toBe(`${origin}/{tenantid}/v2.0`)
    expect(await issuerAt('consumers')).toBe(`${origin}/${consumerTenantId}/v2.0`)
    expect(await issuerAt(contoso)).toBe(`${origin}/${contoso}/v2.0`)
  })

  test('each published key names the issuers for which it is valid', async () => {
    const { origin } = await startTestSignIn()
    const { keys } = (await (await fetch(`${origin}/common/discovery/v2.0/keys`)).json()) as {
      keys: object[]
    }
    expect(keys).toMatchObject([{ issuer: `${origin}/{tenantid}/v2.0` }])
  })

  test('the callback has code and state and, as at Microsoft, no iss', async () => {
    const client = await (await startTestSignIn()).client('common')
    const callback = await client.consent('ada@outlook.example')
    expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'state'])
  })

  test('a wrong password shows an error and the right one then works', async () => {
    const client = await (await startTestSignIn()).client('common')
    const visitor = createVisitor()
    const authorizeUrl = await client.authorizeUrl({ login_hint: 'ada@outlook.example' })
    const page = await visitor.visit(authorizeUrl)
    expect(page.body).toContain('value="ada@outlook.example"')
    const again = await visitor.submit(page, { username: 'ada@outlook.example', password: 'wrong' })
    expect(again.body).toContain('id="error"')
    const consent = await visitor.submit(again, { username: 'ada@outlook.example', password })
    expect(consent.body).toContain('id="accept"')
  })

  test('a personal account cannot sign in at organizations, nor a work account at consumers', async () => {
    const signIn = await startTestSignIn()
    for (const [tenantPath, username] of [
      ['organizations', 'ada@outlook.example'],
      ['consumers', 'grace@contoso.example'],
    ] as const) {
      const client = await signIn.client(tenantPath)
      const page = await createVisitor().signIn({
        authorizeUrl: await client.authorizeUrl(),
        username,
        password,
      })
      expect(page.body).toContain('AADSTS50020')
    }
  })

  test.each([
    ['ada@outlook.example', 'decline', 'access_denied', null, 'The user has denied access'],
    ['grace@contoso.example', 'decline', 'access_denied', 'cancel', 'AADSTS65004: '],
    ['donald@fabrikam.example', 'accept', 'access_denied', 'cancel', 'AADSTS65004: '],
    ['margaret@fabrikam.example', 'accept', 'invalid_client', null, 'AADSTS650052: '],
  ] as const)('%s, who would %s, returns with %s (%s)', async (username, decision, error, subcode, text) => {
    const client = await (await startTestSignIn()).client('common')
    const { url } = await createVisitor().signIn({
      authorizeUrl: await client.authorizeUrl(),
      username,
      password,
      decision,
      stopAt: redirectUri,
    })
    const { searchParams } = new URL(url)
    expect(searchParams.get('error')).toBe(error)
    expect(searchParams.get('error_subcode')).toBe(subcode)
    expect(searchParams.get('error_description')).toContain(text)
    expect(searchParams.get('state')).toBe('state-1')
    expect(searchParams.has('iss')).toBe(false)
  })

  test('consent is remembered for a person and an application, and requested again on demand', async () => {
    const client = await (await startTestSignIn()).client('common')
    await client.consent('ada@outlook.example')
    const pageAfterSignIn = async (prompt?: string) => {
      const visitor = createVisitor()
      const page = await visitor.visit(await client.authorizeUrl({ prompt }), { stopAt: redirectUri })
      return visitor.submit(page, { username: 'ada@outlook.example', password }, { stopAt: redirectUri })
    }
    expect((await pageAfterSignIn()).stopped).toBe(true)
    expect((await pageAfterSignIn('consent')).body).toContain('id="accept"')
  })

  test('a signed-in browser continues directly, unless another account is requested', async () => {
    const signIn = await startTestSignIn()
    const visitor = createVisitor()
    const client = await signIn.client('common', contoso, visitor)
    await client.consent('grace@contoso.example')
    const visit = async (prompt?: string) =>
      visitor.visit(await client.authorizeUrl({ prompt }), { stopAt: redirectUri })
    expect((await visit()).stopped).toBe(true)
    expect((await visit('none')).stopped).toBe(true)
    expect((await visit('login')).body).toContain('id="password"')
    const { claims } = await client.connect('edsger@contoso.example', { prompt: 'select_account' })
    expect(claims.preferred_username).toBe('edsger@contoso.example')
  })

  test('the choice of an account can be missing, but not the page of prompt=login', async () => {
    const signIn = await startTestSignIn()
    const visitor = createVisitor()
    const client = await signIn.client('common', contoso, visitor)
    await client.consent('grace@contoso.example')
    await signIn.control('faults', { endpoint: 'authorize', kind: 'noAccountChoice', times: 2 })
    const visit = async (prompt: string) =>
      visitor.visit(await client.authorizeUrl({ prompt }), { stopAt: redirectUri })
    expect((await visit('select_account')).stopped).toBe(true)
    expect((await visit('login')).body).toContain('id="password"')
    expect((await visit('select_account')).body).toContain('id="password"')
  })

  test('no page can be framed', async () => {
    const client = await (await startTestSignIn()).client('common')
    const page = await fetch(await client.authorizeUrl())
    expect(page.headers.get('x-frame-options')).toBe('DENY')
  })

  test('the session of another person wins over a hint', async () => {
    const signIn = await startTestSignIn()
    const client = await signIn.client('common', contoso, createVisitor())
    await client.consent('grace@contoso.example')
    const hinted = { login_hint: 'edsger@contoso.example' }
    const { claims } = await client.connect('edsger@contoso.example', hinted)
    expect(claims.preferred_username).toBe('grace@contoso.example')
  })

  test('prompt=none without a session returns login_required', async () => {
    const client = await (await startTestSignIn()).client('common')
    const { url } = await createVisitor().visit(await client.authorizeUrl({ prompt: 'none' }), {
      stopAt: redirectUri,
    })
    expect(new URL(url).searchParams.get('error')).toBe('login_required')
    expect(url).toContain('AADSTS50058')
  })

  test.each([
    ['an unknown scope', { scope: 'openid https://ads.microsoft.com' }, 'invalid_scope', 'AADSTS70011'],
    [
      'scopes of two resources',
      {
        scope: 'https://ads.microsoft.com/msads.manage https://si.ads.microsoft.com/msads.manage',
        nonce: '',
      },
      'invalid_scope',
      'AADSTS700022',
    ],
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request', 'AADSTS9002325'],
  ])('%s is refused at the redirect URI', async (_what, parameters, error, code) => {
    const client = await (await startTestSignIn()).client('common')
    const callback = await client.consent('ada@outlook.example', parameters)
    expect(callback.searchParams.get('error')).toBe(error)
    expect(callback.searchParams.get('error_description')).toContain(`${code}: `)
  })

  test.each([
    ['another redirect URI', { redirect_uri: `${redirectUri}/other` }, 'AADSTS50011'],
    ['an unknown client', { client_id: 'nobody' }, 'AADSTS700016'],
  ])('%s never leaves the sign-in', async (_what, parameters, code) => {
    const client = await (await startTestSignIn()).client('common')
    const page = await createVisitor().visit(await client.authorizeUrl(parameters))
    expect(page.status).toBe(400)
    expect(page.body).toContain(code)
  })

  test('form_post posts the code', async () => {
    const client = await (await startTestSignIn()).client('common')
    const page = await createVisitor().signIn({
      authorizeUrl: await client.authorizeUrl({ response_mode: 'form_post' }),
      username: 'ada@outlook.example',
      password,
    })
    expect(page.body).toMatch(/<form method="post" action="http:\/\/127\.0\.0\.1:1\/oauth\/callback"/)
    expect(page.body).toMatch(/name="code"/)
  })

  test('one browser cannot continue the sign-in of another', async () => {
    const client = await (await startTestSignIn()).client('common')
    const page = await createVisitor().visit(await client.authorizeUrl())
    expect((await createVisitor().visit(page.url)).status).toBe(400)
  })

  test('signing out ends the session and returns only to a registered address', async () => {
    const signIn = await startTestSignIn()
    const visitor = createVisitor()
    const client = await signIn.client('common', consumerTenantId, visitor)
    await client.consent('ada@outlook.example')
    const logOut = `${signIn.origin}/common/oauth2/v2.0/logout?post_logout_redirect_uri=`
    const elsewhere = await visitor.visit(`${logOut}${encodeURIComponent('http://127.0.0.1:1/elsewhere')}`)
    expect(elsewhere.body).toContain('signed out')
    const back = await visitor.visit(`${logOut}${encodeURIComponent(redirectUri)}`, { stopAt: redirectUri })
    expect(back.stopped).toBe(true)
    expect((await visitor.visit(await client.authorizeUrl())).body).toContain('id="password"')
  })
})
