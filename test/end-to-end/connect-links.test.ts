import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { letRetryAfterPass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

describe('a disconnect voids earlier links and sign-ins', () => {
  test('an open link does not connect the tenant again, but a new one does', async () => {
    const tenant = await world.connected()
    const { connectUrl } = await world.session(tenant)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const visit = await world.finish(connectUrl, 'edsger@contoso.example')
    expect({ status: visit.status, stopped: visit.stopped }).toEqual({ status: 400, stopped: false })
    expect(visit.body).toContain('link_not_valid')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('disconnected')
    await world.connect(tenant, 'ada@outlook.example')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
  })

  test('nor does a link from between two disconnects', async () => {
    const tenant = await world.connected()
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const { connectUrl } = await world.session(tenant)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    expect((await world.finish(connectUrl, 'ada@outlook.example')).body).toContain('link_not_valid')
  })

  test('a running sign-in ends without a connection, and leaves no grant', async () => {
    const tenant = await world.connected()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, 'ada@outlook.example')
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const before = await world.grantSecrets()
    const answer = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('tenant_disconnected')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('disconnected')
    expect(await world.grantSecrets()).toEqual(before)
  })
})

describe('only a person spends anything', () => {
  test.each([
    ['HEAD', {}],
    ['GET', { 'Sec-Purpose': 'prefetch' }],
    ['GET', { 'Sec-Fetch-Dest': 'iframe' }],
  ])('%s at the callback leaves the sign-in unspent', async (method, headers) => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    const ahead = await fetch(callbackUrl, { method, headers: { cookie, ...headers }, redirect: 'manual' })
    expect({ status: ahead.status, location: ahead.headers.get('location') }).toEqual({
      status: 204,
      location: null,
    })
    const own = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(new URL(own.headers.get('location') ?? '').searchParams.get('status')).toBe('connected')
  })
})

describe('the answer to an administrator’s link', () => {
  test.each([
    ['admin_consent=True&state=admin-consent&tenant=x', 'If you approved the app, you’re done'],
    ['admin_consent=True&state=admin-consent&error=access_denied', 'The app wasn’t approved'],
    ['state=admin-consent&error=access_denied&error_description=AADSTS65004', 'The app wasn’t approved'],
  ])('%s says: %s', async (query, title) => {
    const page = await (await fetch(`${world.origin}/oauth/callback?${query}`)).text()
    expect(page).toContain(`<h1>${title}</h1>`)
  })
})

describe('a link that may travel by mail', () => {
  const mailed = async (tenant: string) => {
    const { connectUrl } = await world.session(tenant, { expiresIn: 604_800, displayName: 'Acme Shoes' })
    return connectUrl
  }

  test('begins no sign-in by a request alone, and connects when a person presses the button', async () => {
    const tenant = world.newTenant()
    const connectUrl = await mailed(tenant)
    const visitor = createVisitor()
    for (let scanner = 0; scanner < 3; scanner++) {
      const page = await createVisitor().visit(connectUrl)
      expect({ status: page.status, body: page.body }).toEqual({
        status: 200,
        body: expect.stringMatching(/for <b><bdi>Acme Shoes<[\s\S]*id="continue"/),
      })
    }
    const signInPage = await visitor.submit(await visitor.visit(connectUrl), {})
    expect(new URL(signInPage.url).origin).toBe(world.signInOrigin)
    const form = { username: 'ada@outlook.example', password: 'open-sesame' }
    const consent = await visitor.submit(signInPage, form, { stopAt: world.returnUrl })
    const ended = consent.stopped
      ? consent
      : await visitor.submit(consent, { decision: 'accept' }, { stopAt: world.returnUrl })
    expect(new URL(ended.url).searchParams.get('status')).toBe('confirmation_required')
    expect((await createVisitor().visit(connectUrl)).body).toContain('link_already_used')
  })

  test('binds nobody until the app confirms, unless it says otherwise', async () => {
    const [tenant, other] = [world.newTenant(), world.newTenant()]
    const { id, connectUrl } = await world.session(tenant, { expiresIn: 3601 })
    const back = new URL((await world.finish(connectUrl, 'ada@outlook.example')).url)
    expect(back.searchParams.get('status')).toBe('confirmation_required')
    const vend = async () => (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
    expect(await vend()).toMatchObject({ code: 'confirmation_required' })
    const body = { code: back.searchParams.get('confirmation_code') }
    await world.call('POST', `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`, { body })
    expect(await vend()).toHaveProperty('accessToken')
    const bound = await world.connect(other, 'ada@outlook.example', { expiresIn: 3601, confirm: false })
    expect(new URL(bound.url).searchParams.get('status')).toBe('connected')
  })

  test('shows its page with only the permissions for a form to the broker', async () => {
    const answer = await fetch(await mailed(world.newTenant()))
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("form-action 'self';")
    expect(policy).not.toContain('script-src')
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('survives a scanner that presses the button', async () => {
    const tenant = world.newTenant()
    const connectUrl = await mailed(tenant)
    const session = new URL(connectUrl).searchParams.get('session') ?? ''
    const press = () =>
      fetch(`${world.origin}/oauth/authorize`, {
        method: 'POST',
        body: new URLSearchParams({ session }),
        redirect: 'manual',
      })
    const statuses = (await Promise.all([press(), press(), press()])).map(({ status }) => status)
    expect(statuses).toEqual([200, 200, 200])
    const visitor = createVisitor()
    const buttonPage = await visitor.visit(connectUrl)
    const signInPage = await visitor.submit(buttonPage, {})
    const form = { username: 'ada@outlook.example', password: 'open-sesame', stopAt: world.returnUrl }
    const ended = await visitor.signIn({ authorizeUrl: signInPage.url, ...form })
    expect(new URL(ended.url).searchParams.get('status')).toBe('confirmation_required')
    // The button of a page that is still open leads to the result, too.
    expect((await visitor.submit(buttonPage, {}, form)).url).toBe(ended.url)
  })

  test('that is valid for at most an hour continues immediately', async () => {
    const { connectUrl } = await world.session(world.newTenant())
    const answer = await fetch(connectUrl, { redirect: 'manual' })
    expect(answer.status).toBe(302)
    expect(answer.headers.getSetCookie()[0]).toMatch(/^msads-sign-in-.*HttpOnly; SameSite=Lax$/)
  })
})

describe('a person who gets stuck leaves a trace', () => {
  const stateOf = async (tenant: string, id: string) =>
    (await world.call('GET', `/v1/tenants/${tenant}/connect-sessions/${id}`)).body

  /** The rows of a session. */
  async function rowsOf(kind: string, text: string) {
    const found: { partitionKey?: string; rowKey?: string; value: string }[] = []
    const rows = world.tableClient('SignIns').listEntities<{ kind: string; value: string }>()
    for await (const row of rows) if (row.kind === kind && row.value.includes(text)) found.push(row)
    return found
  }

  /** Lets a session's sign-in expire unspent, hours ago. */
  async function expireSignIn(tenant: string, id: string): Promise<void> {
    const table = world.tableClient('SignIns')
    for (const { rowKey = '', value } of await rowsOf('sign-in', id))
      await table.createEntity({ partitionKey: '2020-01-01-00', rowKey, kind: 'sign-in', value })
    for (const { partitionKey = '', rowKey = '', value } of await rowsOf('session-progress', tenant)) {
      const stateSince = new Date(Date.now() - 1800_000).toISOString()
      const changed = JSON.stringify({ ...JSON.parse(value), stateSince })
      await table.updateEntity({ partitionKey, rowKey, value: changed }, 'Merge')
    }
  }

  test('the session says how far it got', async () => {
    const tenant = world.newTenant()
    const { connectUrl, id } = await world.session(tenant)
    expect(await stateOf(tenant, id)).toMatchObject({ session: id, state: 'created', signIns: 0 })
    await createVisitor().visit(connectUrl, { stopAt: world.signInOrigin })
    expect(await stateOf(tenant, id)).toMatchObject({ state: 'sign_in_started', signIns: 1 })
    await world.finish(connectUrl, 'niklaus@outlook.example')
    expect(await stateOf(tenant, id)).toMatchObject({ state: 'failed', error: 'no_advertising_user' })
    await world.finish(connectUrl, 'ada@outlook.example')
    expect(await stateOf(tenant, id)).toMatchObject({ state: 'connected', signIns: 3 })
    const other = await world.call('GET', `/v1/tenants/${await world.connected()}/connect-sessions/${id}`)
    expect(other.body.code).toBe('connect_session_not_found')
  })

  test('a sign-in that never comes back is an event of the tenant, once', async () => {
    const tenant = world.newTenant()
    const { connectUrl, id } = await world.session(tenant)
    await createVisitor().visit(connectUrl, { stopAt: world.signInOrigin })
    await expireSignIn(tenant, id)
    expect(await stateOf(tenant, id)).toMatchObject({ state: 'abandoned' })
    for (let sweep = 0; sweep < 2; sweep++) await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}/events`)
    const abandoned = body.events.filter(({ type }: { type: string }) => type === 'connect.abandoned')
    expect(abandoned).toMatchObject([{ data: { session: id, identityProvider: 'microsoft', signIns: 1 } }])
    await world.finish(connectUrl, 'ada@outlook.example')
    expect(await stateOf(tenant, id)).toMatchObject({ state: 'connected' })
  })

  test('a link to Google in a browser inside another app shows a hint, and goes on if that is wanted', async () => {
    const { connectUrl } = await world.session(world.newTenant(), { identityProvider: 'google' })
    const headers = { 'user-agent': 'Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) Chrome/143 Mobile' }
    const answer = await fetch(connectUrl, { headers, redirect: 'manual' })
    const body = await answer.text()
    expect(body).toContain('Open this link in your browser')
    expect(body).toContain(`readonly value="${connectUrl}"`)
    const visitor = createVisitor()
    const wanted = await visitor.submit({ url: connectUrl, status: 200, body, stopped: false }, {})
    expect(new URL(wanted.url).origin).toBe(world.stack.parts.google.origin)
  })
})

/** Changes the hold on production's client secret: how many seconds ago it began, and in how many it is over. */
async function changeHold(lastedSeconds: number, leftSeconds: number): Promise<void> {
  const table = world.tableClient('BrokerState')
  const { value } = await table.getEntity<{ value: string }>('hold', 'production:microsoft')
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
  const hold = { ...JSON.parse(value), since: at(-lastedSeconds), until: at(leftSeconds) }
  const row = { partitionKey: 'hold', rowKey: 'production:microsoft', value: JSON.stringify(hold) }
  await table.upsertEntity(row, 'Replace')
}

test('while our client secret keeps being refused, no link that can’t work is given out, and then one is', async () => {
  const ask = (tenant = world.newTenant(), more: object = {}) => {
    const body = { environment: 'production', returnUrl: world.returnUrl, ...more }
    return world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, { body })
  }
  await world.signIn.clientSecrets('production', ['another-secret'])
  const visit = await world.connect(world.newTenant(), 'ada@outlook.example')
  expect(visit.body).toContain('environment_on_hold')
  expect((await ask()).status).toBe(201)

  await changeHold(130, 60)
  const tenant = world.newTenant()
  // A process remembers a hold for five seconds.
  await expect
    .poll(async () => (await ask(tenant)).body, { timeout: 30_000, interval: 500 })
    .toMatchObject({ status: 503, code: 'environment_on_hold', reason: 'client_secret_invalid' })
  const held = await ask()
  expect(held.status).toBe(503)
  expect((await ask(undefined, { expiresIn: 7200 })).status).toBe(201)
  expect((await ask(undefined, { environment: 'sandbox' })).status).toBe(201)

  await world.signIn.restoreClientSecrets('production')
  letRetryAfterPass(world, held)
  await expect.poll(async () => (await ask(tenant)).status, { timeout: 120_000, interval: 200 }).toBe(201)
  const connected = await world.connect(tenant, 'ada@outlook.example')
  expect(new URL(connected.url).searchParams.get('status')).toBe('connected')
}, 200_000)
