import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { webClients } from '../../local/settings.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterEach(async () => {
  await world.advertising.clear()
  await world.signIn.clear()
})

afterAll(() => world.close())

/** A refresh token as from an app's own code, from a consent to the same client. */
async function refreshTokenOf(username: string, environment: 'production' | 'sandbox' = 'production') {
  const before = new Set(await world.grantSecrets())
  const tenant = world.newTenant()
  await world.connect(tenant, username, { environment, accountChoice: 'app' })
  const added = (await world.grantSecrets()).filter((value) => !before.has(value))
  expect(added).toHaveLength(1)
  return { refreshToken: added[0] ?? '', tenant }
}

/** As from an app's own code that never requests `openid`, like Microsoft's SDKs. */
async function refreshTokenWithoutOpenId(username: string): Promise<string> {
  const clientId = webClients.production.microsoft
  const redirectUri = `${world.origin}/oauth/callback`
  const base = `${world.signInOrigin}/common/oauth2/v2.0`
  const scope = 'https://ads.microsoft.com/msads.manage offline_access'
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const asked = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 's',
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  }
  const authorizeUrl = `${base}/authorize?${new URLSearchParams(asked)}`
  const visit = await createVisitor().signIn({
    authorizeUrl,
    username,
    password: 'open-sesame',
    stopAt: redirectUri,
  })
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: 'local-value-of-production-microsoft-client-secret',
      grant_type: 'authorization_code',
      code: new URL(visit.url).searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
      redirect_uri: redirectUri,
      scope,
    }),
  })
  const tokens = (await answer.json()) as { refresh_token?: string; id_token?: string }
  expect(tokens.id_token).toBeUndefined()
  return tokens.refresh_token ?? ''
}

const bring = (tenant: string, body: object) => world.call('POST', `/v1/tenants/${tenant}/grants`, { body })

describe('an imported grant', () => {
  test('waits for busy storage, because its rotated refresh token exists nowhere else', async () => {
    const { refreshToken } = await refreshTokenOf('ada@outlook.example')
    const tenant = world.newTenant()
    const { faults, log } = world.stack.parts.azurite.service.control
    log.clear()
    // The SDK gives up after a few tries of its own, within half a second.
    faults.add({ kind: 'serverBusy', table: 'Tenants', times: 12, rows: 1 })
    const { status } = await bring(tenant, { environment: 'production', refreshToken })
    expect(status).toBe(200)
    expect(log.entries().filter(({ fault }) => fault === 'serverBusy')).toHaveLength(12)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('connects a new tenant, which is vended immediately', async () => {
    const { refreshToken } = await refreshTokenOf('ada@outlook.example')
    const tenant = world.newTenant()
    const { status, body } = await bring(tenant, {
      environment: 'production',
      refreshToken,
      accountKind: 'personal',
      displayName: 'Ada’s shop',
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'connected',
      displayName: 'Ada’s shop',
      connection: { accountKind: 'personal', consentedBy: 'a…@outlook.example' },
    })
    expect(JSON.stringify(body)).not.toContain(refreshToken)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test('of a work account finds its own directory, and is then refreshed there', async () => {
    const { refreshToken } = await refreshTokenOf('edsger@contoso.example')
    const tenant = world.newTenant()
    const { body } = await bring(tenant, { environment: 'production', refreshToken })
    expect(body.connection.accountKind).toBe('work')
    await world.signIn.forget()
    await world.advertising.fault({ kind: 'fault', code: 109, times: 1 })
    await world.call('POST', `/v1/tenants/${tenant}/ads/customerManagement/User/Query`, { body: {} })
    const [refresh] = (await world.refreshCalls()) as { authority?: string; tenantPath?: string }[]
    expect(JSON.stringify(refresh)).toContain('5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01')
  })

  test('keeps a tenant’s id when it replaces a consent by the same person', async () => {
    const { refreshToken, tenant } = await refreshTokenOf('ada@outlook.example')
    const { status, body } = await bring(tenant, { environment: 'production', refreshToken })
    expect({ status, connected: body.status }).toEqual({ status: 200, connected: 'connected' })
  })

  test('without an ID token still belongs to its person: the same one reconnects, another one does not', async () => {
    const refreshToken = await refreshTokenWithoutOpenId('ada@outlook.example')
    const tenant = world.newTenant()
    const options = { environment: 'production', refreshToken, accountKind: 'personal' }
    expect((await bring(tenant, options)).status).toBe(200)
    const stranger = await world.connect(tenant, 'edsger@contoso.example')
    expect(stranger.body).toContain('different_user')
    const visit = await world.connect(tenant, 'ada@outlook.example')
    const outcome = new URL(visit.url).searchParams
    expect([outcome.get('status'), outcome.get('user_changed')]).toEqual(['connected', null])
  })

  test('moves a disconnected tenant to its environment', async () => {
    const { refreshToken } = await refreshTokenOf('ada@outlook.example', 'sandbox')
    const tenant = await world.connected('ada@outlook.example', 'production')
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const { status, body } = await bring(tenant, { environment: 'sandbox', refreshToken })
    expect({ status, environment: body.environment }).toEqual({ status: 200, environment: 'sandbox' })
  })

  test('by another person leaves the tenant unchanged, unless that is allowed', async () => {
    const { refreshToken } = await refreshTokenOf('edsger@contoso.example')
    const tenant = await world.connected('ada@outlook.example')
    const options = { environment: 'production', refreshToken }
    const { status, body } = await bring(tenant, options)
    expect({ status, code: body.code, reason: body.reason }).toEqual({
      status: 422,
      code: 'grant_refused',
      reason: 'different_user',
    })
    const { body: seen } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(seen.connection.consentedBy).toBe('a…@outlook.example')
  })

  test('by another person who loses accounts is stored once the app has accepted the loss', async () => {
    const { refreshToken } = await refreshTokenOf('edsger@contoso.example')
    const tenant = await world.connected('ada@outlook.example')
    const [account] = (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
    const options = { environment: 'production', refreshToken, allowDifferentUser: true, displayName: 'New' }
    const before = await world.grantSecrets()
    const { status, body } = await bring(tenant, options)
    expect({ status, ...body }).toMatchObject({
      status: 409,
      code: 'accounts_would_be_lost',
      actor: 'app',
      user: 'e…@contoso.example',
      previousUser: 'a…@outlook.example',
      accountsLost: 1,
      lost: [{ accountId: account.accountId, number: account.number, name: account.name }],
    })
    const { body: seen } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(seen.connection.consentedBy).toBe('a…@outlook.example')
    expect(seen.displayName).toBeUndefined()
    expect(await world.grantSecrets()).toEqual(before)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId).toBe(account.accountId)
    const taken = await bring(tenant, { ...options, acceptLostAccounts: true })
    expect(taken).toMatchObject({ status: 200, body: { displayName: 'New', status: 'connected' } })
    const { events } = (await world.call('GET', `/v1/tenants/${tenant}/events`)).body
    const changed = events.find(({ type }: { type: string }) => type === 'accounts.changed')
    expect(changed.data).toMatchObject({ userChanged: true, vanishedIds: account.accountId })
  })
})

describe('nothing is stored', () => {
  test('of a token that the identity provider refuses', async () => {
    const tenant = world.newTenant()
    const { status, body } = await bring(tenant, { environment: 'production', refreshToken: 'not-a-token' })
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'grant_refused' })
    expect(body.reason).toBeTruthy()
    expect(JSON.stringify(body)).not.toContain('not-a-token')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).status).toBe(404)
  })

  test('of a revoked one', async () => {
    const { refreshToken } = await refreshTokenOf('ada@outlook.example')
    await world.signIn.revoke('ada@outlook.example')
    const tenant = world.newTenant()
    const { body } = await bring(tenant, { environment: 'production', refreshToken })
    expect(body).toMatchObject({ code: 'grant_refused', reason: 'grant_revoked', actor: 'advertiser' })
    expect(body.connect).toMatchObject({ path: `/v1/tenants/${tenant}/connect-sessions` })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).status).toBe(404)
  })

  test('of a person whom Microsoft Advertising refuses', async () => {
    const { refreshToken } = await refreshTokenOf('edsger@contoso.example')
    await world.advertising.fault({ kind: 'fault', code: 123 })
    const tenant = world.newTenant()
    const { body } = await bring(tenant, { environment: 'production', refreshToken })
    expect(body).toMatchObject({
      code: 'grant_refused',
      reason: 'personal_account_required',
      actor: 'advertiser',
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).status).toBe(404)
  })

  test('while the identity provider or Microsoft Advertising does not answer; the app should try again', async () => {
    const { refreshToken } = await refreshTokenOf('ada@outlook.example')
    const options = { environment: 'production', refreshToken, accountKind: 'personal' }
    const tenant = world.newTenant()
    await world.signIn.fault({ endpoint: 'token', kind: 'serverError', times: 5 })
    const unanswered = await bring(tenant, options)
    expect(unanswered.body.code).toBe('identity_provider_unavailable')
    expect(Number(unanswered.headers.get('retry-after'))).toBeGreaterThan(0)
    await world.signIn.clear()
    await world.advertising.fault({ kind: 'throttled' })
    expect((await bring(tenant, options)).body.code).toBe('advertising_unavailable')
    await world.advertising.clear()
    expect((await bring(tenant, options)).status).toBe(200)
  })

  test.each([
    [{ environment: 'production' }, 'refreshToken'],
    [{ environment: 'staging', refreshToken: 'x' }, 'environment'],
    [
      { environment: 'production', refreshToken: 'x', accountKind: 'personal', directoryId: 'contoso' },
      'directoryId',
    ],
    [
      { environment: 'production', refreshToken: 'x', accountKind: 'google', identityProvider: 'microsoft' },
      'identityProvider',
    ],
  ])('of a body like %j', async (body, field) => {
    const answer = await bring(world.newTenant(), body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  })

  test('of the other environment’s tenant, and nothing is called', async () => {
    const tenant = await world.connected('ada@outlook.example', 'sandbox')
    await world.signIn.forget()
    const { body } = await bring(tenant, { environment: 'production', refreshToken: 'x' })
    expect(body.code).toBe('environment_conflict')
    expect(await world.refreshCalls()).toHaveLength(0)
  })
})
