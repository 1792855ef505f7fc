import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

describe('an advertiser connects', () => {
  test.each([
    ['a personal account', 'ada@outlook.example', 'production', 'microsoft', 'personal'],
    ['a work account', 'edsger@contoso.example', 'production', 'microsoft', 'work'],
    ['a Google account', 'tony@gmail.example', 'production', 'google', 'google'],
    ['a personal account in the sandbox', 'ada@outlook.example', 'sandbox', 'microsoft', 'personal'],
  ] as const)(
    '%s returns to the app, connected',
    async (_title, person, environment, identityProvider, accountKind) => {
      const tenant = world.newTenant()
      const visit = await world.connect(tenant, person, {
        environment,
        identityProvider,
        accountChoice: 'app',
      })
      expect(visit.stopped).toBe(true)
      expect(Object.fromEntries(new URL(visit.url).searchParams)).toMatchObject({
        tenant,
        status: 'connected',
      })
      const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
      expect(body).toMatchObject({
        status: 'connected',
        environment,
        connection: { identityProvider, accountKind },
      })
    },
  )

  test('the accounts are stored, each with the customer through which to reach it', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'grace@contoso.example', { accountChoice: 'app' })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts?limit=200`)
    const linked = body.accounts.find((account: { linked: boolean }) => account.linked)
    expect(linked.customerId).not.toBe(linked.ownerCustomerId)
    expect(
      body.accounts.every((account: { accountId: unknown }) => typeof account.accountId === 'string'),
    ).toBe(true)
  })

  test('the token’s lifetime counts from the request for it, no matter how long the rest of connecting takes', async () => {
    await world.signIn.forget()
    const tenant = await world.connected()
    const requests = await world.signIn.requests()
    const refresh = requests.find(({ grantType }) => grantType === 'refresh_token')
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    const issuedAt = Date.parse(body.refresh.accessTokenExpiresAt) - 3600 * 1000
    expect(issuedAt).toBeLessThanOrEqual(Date.parse(refresh?.at ?? ''))
  })

  test('a second factor along the way makes no difference', async () => {
    const tenant = world.newTenant()
    const visit = await world.connect(tenant, 'radia@contoso.example')
    expect(new URL(visit.url).searchParams.get('status')).toBe('connected')
  })

  test('the history records it, newest first, without an unmasked address', async () => {
    const tenant = await world.connected()
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/events`)
    const types = body.events.map((event: { type: string }) => event.type)
    expect(types).toContain('tenant.connected')
    expect(types.at(-1)).toBe('tenant.created')
    expect(JSON.stringify(body)).not.toContain('ada@outlook.example')
  })
})

describe('state and code are each spent once, and a link connects once', () => {
  test('a link can be opened again until someone has connected; then it leads the same browser to the result', async () => {
    const tenant = world.newTenant()
    const { connectUrl, id } = await world.session(tenant)
    const visitor = createVisitor()
    for (let opening = 0; opening < 3; opening++) {
      const page = await visitor.visit(connectUrl, { stopAt: world.signInOrigin })
      expect(page.url).toContain('/oauth2/v2.0/authorize')
    }
    const form = { username: 'ada@outlook.example', password: 'open-sesame', stopAt: world.returnUrl }
    const connected = await visitor.signIn({ authorizeUrl: connectUrl, ...form })
    expect(new URL(connected.url).searchParams.get('status')).toBe('connected')
    const again = await visitor.visit(connectUrl, { stopAt: world.returnUrl })
    expect(again.url).toBe(connected.url)
    const other = await createVisitor().visit(connectUrl, { stopAt: world.signInOrigin })
    expect({ status: other.status, stopped: other.stopped }).toEqual({ status: 400, stopped: false })
    expect(other.body).toContain('link_already_used')
    expect(other.body).toContain(
      `${world.returnUrl}?tenant=${tenant}&amp;session=${id}&amp;status=failed&amp;error=link_already_used`,
    )
  })

  test('of two browsers that finish at once, one connects, and no secret is left', async () => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    const before = await world.grantSecrets()
    const both = await Promise.all(
      [0, 1].map(() => world.stopAtCallbackOf(connectUrl, 'ada@outlook.example')),
    )
    const answers = await Promise.all(
      both.map(({ callbackUrl, cookie }) => fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400])
    expect(await world.grantSecrets()).toHaveLength(before.length + 1)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('prefetching a link begins no sign-in', async () => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    expect((await fetch(connectUrl, { method: 'HEAD', redirect: 'manual' })).status).toBe(204)
    expect(
      (await fetch(connectUrl, { headers: { 'Sec-Purpose': 'prefetch' }, redirect: 'manual' })).status,
    ).toBe(204)
    const visit = await world.finish(connectUrl, 'ada@outlook.example')
    expect(new URL(visit.url).searchParams.get('status')).toBe('connected')
  })

  test('a replayed callback in the same browser ends where the first one ended and changes nothing', async () => {
    const tenant = world.newTenant()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, 'ada@outlook.example')
    const first = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(new URL(first.headers.get('location') ?? '').searchParams.get('status')).toBe('connected')
    const before = await world.call('GET', `/v1/tenants/${tenant}`)
    const again = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(again.status).toBe(303)
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body).toEqual(before.body)
    const elsewhere = await fetch(callbackUrl, { redirect: 'manual' })
    expect({ status: elsewhere.status, page: await elsewhere.text() }).toMatchObject({
      status: 400,
      page: expect.stringContaining('link_already_used'),
    })
  })

  test('a second browser cannot finish the first one’s sign-in, and the first one still can', async () => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    for (const other of ['', `msads-sign-in=${'x'.repeat(43)}`]) {
      const stranger = await fetch(callbackUrl, { headers: { cookie: other }, redirect: 'manual' })
      expect({ status: stranger.status, page: await stranger.text() }).toMatchObject({
        status: 403,
        page: expect.stringContaining('other_browser'),
      })
    }
    const own = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(own.status).toBe(303)
  })

  test('a code from one sign-in is useless in another', async () => {
    const first = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    const second = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    const mixed = new URL(second.callbackUrl)
    mixed.searchParams.set('code', new URL(first.callbackUrl).searchParams.get('code') ?? '')
    const answer = await fetch(mixed, { headers: { cookie: second.cookie }, redirect: 'manual' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await answer.text()).toMatch(/environment_on_hold|sign_in_refused/)
  })

  test('an unissued state is refused like a spent one', async () => {
    for (const state of ['', 'abc', 'aou4.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '../../x']) {
      const url = `${world.origin}/oauth/callback?code=x&state=${encodeURIComponent(state)}`
      expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
    }
  })
})

describe('every failure ends where a person or the app can act', () => {
  test('declining returns to the app with the reason', async () => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    const visit = await world.finish(connectUrl, 'barbara@outlook.example', 'decline')
    expect(Object.fromEntries(new URL(visit.url).searchParams)).toMatchObject({
      tenant,
      status: 'failed',
      error: 'consent_declined',
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('pending')
  })

  test.each([
    ['a person without Advertising', 'niklaus@outlook.example', 'no_advertising_user'],
    ['the wrong kind of account', 'barbara@outlook.example', 'work_account_required'],
    ['a directory whose administrator must allow it', 'donald@fabrikam.example', 'consent_not_given'],
    ['a directory that has not enabled Advertising', 'margaret@fabrikam.example', 'advertising_not_enabled'],
  ])('%s gets a page that says who acts, and a way back with the error', async (_title, person, code) => {
    const tenant = world.newTenant()
    const visit = await world.connect(tenant, person)
    expect(visit.status).toBe(403)
    expect(visit.body).toContain(code)
    const back = new URL(
      (/href="([^"]*status=failed[^"]*)"/.exec(visit.body)?.[1] ?? '').replaceAll('&amp;', '&'),
    )
    expect(back.searchParams.get('tenant')).toBe(tenant)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('tenant_not_connected')
  })

  test('the administrator’s link is on the page and names the app and Microsoft Advertising', async () => {
    const visit = await world.connect(world.newTenant(), 'donald@fabrikam.example')
    const link = new URL(
      (/id="admin-consent" href="([^"]*)"/.exec(visit.body)?.[1] ?? '').replaceAll('&amp;', '&'),
    )
    expect(link.pathname).toBe('/organizations/v2.0/adminconsent')
    expect(link.searchParams.get('scope')).toBe(
      'd42ffc93-c136-491d-b4fd-6f18168c68fd/msads.manage openid profile offline_access',
    )
  })

  test('after the administrator’s approval, the person connects', async () => {
    const tenant = world.newTenant()
    const visit = await world.connect(tenant, 'donald@fabrikam.example')
    const link = (/id="admin-consent" href="([^"]*)"/.exec(visit.body)?.[1] ?? '').replaceAll('&amp;', '&')
    const administrator = createVisitor()
    const form = { username: 'katherine@fabrikam.example', password: 'open-sesame', decision: 'accept' }
    const approved = await administrator.submit(await administrator.visit(link), form)
    expect(approved.body).toContain('If you approved the app, you’re done')
    const connected = await world.connect(tenant, 'donald@fabrikam.example')
    expect(new URL(connected.url).searchParams.get('status')).toBe('connected')
  })

  test.each([
    undefined,
    'msads.manage openid',
    'https://ADS.microsoft.com/msads.manage',
    'https://ads.microsoft.com//msads.manage',
    'https://api.ads.microsoft.com/msads.manage',
  ])('a scope in other words (%s) is none of the person’s business', async (scope) => {
    const kind = 'scopeInOtherWords'
    await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind, scope })
    const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
    expect(new URL(visit.url).searchParams.get('status')).toBe('connected')
  })

  test('a sign-in without a refresh token is refused by name', async () => {
    await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind: 'noRefreshToken' })
    const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
    expect(visit.body).toContain('refresh_token_missing')
  })

  test.each([
    [
      'the token endpoint fails',
      { endpoint: 'token', grantType: 'authorization_code', kind: 'serverError', times: 2 },
      'identity_provider_unavailable',
    ],
    [
      'our client secret has expired',
      { endpoint: 'token', grantType: 'authorization_code', kind: 'expiredClientSecret' },
      'environment_on_hold',
    ],
  ])('if %s, the page says who is not at fault', async (_title, fault, code) => {
    await world.signIn.fault(fault)
    const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
    expect({ status: visit.status, found: visit.body.includes(code) }).toEqual({ status: 503, found: true })
  })

  test.each([
    ['105 AccountInactive', { code: 105, reason: 'AccountInactive' }, 403, 'advertising_account_inactive'],
    ['106', { code: 106 }, 403, 'advertising_access_denied'],
    ['an unknown code', { code: 9999 }, 503, 'advertising_answer_unknown'],
    ['117', { code: 117 }, 503, 'advertising_unavailable'],
  ])('%s of Microsoft Advertising names the right person', async (_title, fault, status, code) => {
    await world.advertising.fault({ kind: 'fault', ...fault })
    const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
    await world.advertising.clear()
    expect({ status: visit.status, found: visit.body.includes(code) }).toEqual({ status, found: true })
    expect(visit.body.includes('in a few minutes')).toBe(code === 'advertising_unavailable')
  })

  test('a single failure of Microsoft Advertising does not fail the sign-in', async () => {
    await world.advertising.fault({ kind: 'serverError', status: 503, path: '/User/Query', times: 1 })
    const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
    expect(new URL(visit.url).searchParams.get('status')).toBe('connected')
  })

  test('an outage of Microsoft Advertising stores nothing and asks the person to try later', async () => {
    await world.advertising.fault({ kind: 'serverError', status: 503, path: '/User/Query' })
    const tenant = world.newTenant()
    const visit = await world.connect(tenant, 'ada@outlook.example')
    await world.advertising.clear()
    expect(visit.body).toContain('advertising_unavailable')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('pending')
  })
})

describe('reconnecting', () => {
  test('keeps the tenant’s id and replaces the grant', async () => {
    const tenant = await world.connected()
    await world.connect(tenant, 'ada@outlook.example')
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/events`)
    expect(body.events.map((event: { type: string }) => event.type)).toContain('tenant.reconnected')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('another person ends on a page that names the expected sign-in, masked, and the old grant keeps working', async () => {
    const tenant = await world.connected()
    const visit = await world.connect(tenant, 'edsger@contoso.example')
    expect(visit.status).toBe(403)
    expect(visit.body).toContain('a…@outlook.example')
    expect(visit.body).toContain('The connection still works.')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=60`)).status).toBe(200)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.connection.accountKind).toBe('personal')
  })

  test('the page for another person does not claim that a dead connection works', async () => {
    const tenant = await world.connectedStale('radia@contoso.example')
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'userDisabled' })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(409)
    const { body } = await world.connect(tenant, 'edsger@contoso.example')
    expect(body).toContain('doesn’t work until that person signs in again')
    expect(body).not.toContain('still works')
  })

  test('another person is accepted if the session allows it and the app confirms', async () => {
    const tenant = await world.connected()
    const options = { allowDifferentUser: true, accountChoice: 'app' } as const
    expect((await world.connectConfirmed(tenant, 'edsger@contoso.example', options)).status).toBe(200)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.connection.accountKind).toBe('work')
  })

  test('a failed reconnect costs nothing', async () => {
    const tenant = await world.connected()
    await world.signIn.fault({
      endpoint: 'token',
      grantType: 'authorization_code',
      kind: 'serverError',
      times: 2,
    })
    await world.connect(tenant, 'ada@outlook.example')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })
})

describe('the kind of account', () => {
  const locationOf = async (connectUrl: string) =>
    new URL((await fetch(connectUrl, { redirect: 'manual' })).headers.get('location') ?? '')

  test.each([
    ['personal', 'ada@outlook.example', '/consumers/oauth2/v2.0/authorize'],
    ['work', 'edsger@contoso.example', '/organizations/oauth2/v2.0/authorize'],
    ['google', 'tony@gmail.example', ''],
  ] as const)('%s gets its own sign-in, which ends connected', async (signInWith, person, path) => {
    const { connectUrl } = await world.session(world.newTenant(), { signInWith })
    const location = await locationOf(connectUrl)
    if (path) expect(location.pathname).toBe(path)
    expect(location.origin === world.signInOrigin).toBe(signInWith !== 'google')
    const tenant = world.newTenant()
    await world.connect(tenant, person, { signInWith, accountChoice: 'app' })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(body.connection.accountKind).toBe(signInWith)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
  })

  test('of a Google tenant stays Google’s without another parameter', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'tony@gmail.example', { identityProvider: 'google', accountChoice: 'app' })
    const { connectUrl } = await world.session(tenant)
    expect((await locationOf(connectUrl)).origin).not.toBe(world.signInOrigin)
  })

  test('that does not match the identity provider is refused by name', async () => {
    const body = { environment: 'production', returnUrl: world.returnUrl, identityProvider: 'google' }
    const answer = await world.call('POST', `/v1/tenants/${world.newTenant()}/connect-sessions`, {
      body: { ...body, signInWith: 'work' },
    })
    expect(answer.body.errors).toMatchObject([{ field: 'identityProvider' }])
  })

  test.each([
    [122, undefined, '/organizations/'],
    [123, undefined, '/consumers/'],
    [126, 'PersonalAccountIsRequired', '/consumers/'],
  ])('that %s %s requires is the one that the unchanged hint leads to', async (code, reason, path) => {
    const tenant = await world.connected()
    const fault = { Errors: [{ Code: code, Detail: reason ?? null }] }
    await world.advertising.fault({ kind: 'fault', code, ...(reason && { reason }) })
    const discovered = await world.call('POST', `/v1/tenants/${tenant}/accounts/discover`)
    await world.advertising.clear()
    const diagnosed = await world.call('POST', `/v1/tenants/${tenant}/diagnosis`, {
      body: { status: 403, body: fault },
    })
    for (const { connect } of [discovered.body, diagnosed.body]) {
      const made = await world.call(connect.method, connect.path, { body: connect.body })
      expect(made.status).toBe(201)
      expect((await locationOf(made.body.connectUrl)).pathname).toContain(path)
      expect(connect.body.allowDifferentUser).toBe(true)
    }
  })

  test('that is required is in the return URL of a refused sign-in', async () => {
    const { body } = await world.connect(world.newTenant(), 'barbara@outlook.example')
    expect(body).toContain('sign_in_with=work')
  })
})

describe('confirmation', () => {
  test('nothing is vended until the app returns the code from its return URL', async () => {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true })
    const visit = await world.finish(connectUrl, 'ada@outlook.example')
    const code = new URL(visit.url).searchParams.get('confirmation_code')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('confirmation_required')
    const confirm = (value: string | null) =>
      world.call('POST', `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`, { body: { code: value } })
    expect((await confirm('not the code')).body.code).toBe('connect_session_not_found')
    expect((await confirm(code)).body.status).toBe('connected')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('a confirmation whose answer was lost is answered again, changes nothing, and ends with a disconnect', async () => {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true })
    const visit = await world.finish(connectUrl, 'ada@outlook.example')
    const body = { code: new URL(visit.url).searchParams.get('confirmation_code') }
    const path = `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`
    expect((await world.call('POST', path, { body })).status).toBe(200)
    const events = (await world.call('GET', `/v1/tenants/${tenant}/events`)).body
    expect((await world.call('POST', path, { body })).body.status).toBe('connected')
    expect((await world.call('POST', path, { body: { code: 'another' } })).status).toBe(404)
    expect((await world.call('GET', `/v1/tenants/${tenant}/events`)).body).toEqual(events)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    expect((await world.call('POST', path, { body })).status).toBe(404)
  })

  test('an unconfirmed reconnect leaves the old grant working', async () => {
    const tenant = await world.connected()
    await world.connect(tenant, 'ada@outlook.example', { confirm: true })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body).toMatchObject({
      status: 'connected',
      confirmationPending: true,
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })
})

describe('an environment', () => {
  const session = (tenant: string, environment: string) =>
    world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, {
      body: { environment, returnUrl: world.returnUrl },
    })

  test('stays the tenant’s while a consent is pending, which ends in its environment', async () => {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true })
    const visit = await world.finish(connectUrl, 'ada@outlook.example')
    const code = new URL(visit.url).searchParams.get('confirmation_code')
    const { status, body } = await session(tenant, 'sandbox')
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'environment_conflict' })
    await world.call('POST', `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`, { body: { code } })
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(vended.environment).toBe('production')
  })

  test('that a tenant left is not restored by a running sign-in', async () => {
    const tenant = world.newTenant()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, 'ada@outlook.example')
    expect((await session(tenant, 'sandbox')).status).toBe(201)
    const answer = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(await answer.text()).toContain('environment_mismatch')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('pending')
  })

  test('to which a disconnected tenant moves has none of the other one’s accounts', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'grace@contoso.example', { accountChoice: 'app' })
    const accounts = async () => (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
    const [first] = await accounts()
    const choice = { accounts: [first.accountId], default: first.accountId }
    await world.call('PUT', `/v1/tenants/${tenant}/accounts/selection`, { body: choice })
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const { body } = await session(tenant, 'sandbox')
    expect(await accounts()).toEqual([])
    await world.finish(body.connectUrl, 'ada@outlook.example')
    expect(await accounts()).toMatchObject([{ selected: true, default: true }])
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.environment).toBe('sandbox')
  })
})

describe('connect sessions refuse invalid requests', () => {
  test.each([
    ['a return URL that is not the workspace’s', { returnUrl: 'https://evil.example/' }, 'returnUrl'],
    ['a return URL that only begins like it', { returnUrl: 'RETURN_URL/more' }, 'returnUrl'],
    ['an unknown environment', { environment: 'staging' }, 'environment'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a life of more than seven days', { expiresIn: 604_801 }, 'expiresIn'],
  ])('%s', async (_title, change, field) => {
    const tenant = world.newTenant()
    const asked = { environment: 'production', returnUrl: world.returnUrl, ...change }
    asked.returnUrl = asked.returnUrl.replace('RETURN_URL', world.returnUrl)
    const { status, body } = await world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, {
      body: asked,
    })
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).status).toBe(404)
  })

  test('a connected tenant does not change its environment', async () => {
    const tenant = await world.connected()
    const body = { environment: 'sandbox', returnUrl: world.returnUrl }
    const answer = await world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, { body })
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 409,
      code: 'environment_conflict',
    })
  })
})

describe('a failed sign-in that another one can fix', () => {
  const againOf = (body: string) =>
    (/class="button" href="([^"]*\/oauth\/authorize\?[^"]*)"/.exec(body)?.[1] ?? '').replaceAll('&amp;', '&')

  test('continues in the same browser with the required kind of account, without a new link from the app', async () => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant, { accountChoice: 'app' })
    const visitor = createVisitor()
    const options = { password: 'open-sesame', stopAt: world.returnUrl }
    const failed = await visitor.signIn({
      authorizeUrl: connectUrl,
      username: 'barbara@outlook.example',
      ...options,
    })
    expect(failed.body).toContain('Use another account')
    const back = await visitor.signIn({
      authorizeUrl: againOf(failed.body),
      username: 'edsger@contoso.example',
      ...options,
    })
    expect(new URL(back.url).searchParams.get('status')).toBe('connected')
  })

  test('does not continue in another browser, or endlessly', async () => {
    const { connectUrl } = await world.session(world.newTenant())
    const visitor = createVisitor()
    const options = { username: 'niklaus@outlook.example', password: 'open-sesame', stopAt: world.returnUrl }
    let failed = await visitor.signIn({ authorizeUrl: connectUrl, ...options })
    expect((await createVisitor().visit(againOf(failed.body))).status).toBe(400)
    for (let tries = 2; tries <= 5; tries++) {
      failed = await visitor.signIn({ authorizeUrl: againOf(failed.body), ...options })
    }
    expect(failed.body).toContain('no_advertising_user')
    expect(againOf(failed.body)).toBe('')
  })
})
