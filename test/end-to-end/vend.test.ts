import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letRetryAfterPass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ brokers: 2 })
})

afterAll(() => world.close())

describe('a vend', () => {
  test('returns everything that a call needs, and Microsoft Advertising accepts it', async () => {
    const tenant = await world.connected()
    const { status, body, headers } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body.expiresIn).toBeGreaterThan(300)
    const answer = await fetch(`${body.services.campaignManagement}/Campaigns/QueryByAccountId`, {
      method: 'POST',
      headers: { ...body.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ AccountId: body.accountId, CampaignType: 'Search' }),
    })
    expect(answer.status).toBe(200)
  })

  test('names the requested account, by id or by its visible number', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'grace@contoso.example', { accountChoice: 'app' })
    const { body: listed } = await world.call('GET', `/v1/tenants/${tenant}/accounts?limit=200`)
    const account = listed.accounts.find((each: { linked: boolean }) => each.linked)
    for (const wanted of [account.accountId, account.number]) {
      const { body } = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${wanted}`)
      expect(body).toMatchObject({ accountId: account.accountId, customerId: account.customerId })
    }
  })

  test('goes through the customer that the app names, if the user has a path there', async () => {
    const tenant = await world.connected()
    const [account] = (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
    expect(account.ways).toEqual([{ customerId: account.customerId, roleId: '41' }])
    const vendThrough = (customerId: string) =>
      world.call('GET', `/v1/tenants/${tenant}/token?accountId=${account.accountId}&customerId=${customerId}`)
    expect((await vendThrough(account.customerId)).body).toMatchObject({ customerId: account.customerId })
    expect((await vendThrough('250000444')).body).toMatchObject({ status: 404, code: 'account_not_found' })
  })

  test('of an account that the tenant cannot reach is refused by name', async () => {
    const tenant = await world.connected()
    const { status, body } = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=999999`)
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'account_not_found' })
    expect(body.detail).toContain('999999')
  })

  test('without a default among several accounts says how to choose one', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'grace@contoso.example', { accountChoice: 'app' })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('account_not_chosen')
  })

  test('of a Google tenant has the IdentityProvider header', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'tony@gmail.example', { identityProvider: 'google', accountChoice: 'app' })
    const { body: listed } = await world.call('GET', `/v1/tenants/${tenant}/accounts`)
    const { body } = await world.call(
      'GET',
      `/v1/tenants/${tenant}/token?accountId=${listed.accounts[0].accountId}`,
    )
    expect(body.headers.IdentityProvider).toBe('Google')
  })
})

describe('a stale token', () => {
  test('costs one call to the token endpoint no matter how many callers wait, in one process and across two', async () => {
    const tenant = await world.connectedStale()
    await world.signIn.settings({ latencyMilliseconds: 150 })
    const path = `/v1/tenants/${tenant}/token`
    const vends = await Promise.all(
      Array.from({ length: 40 }, (_, index) => world.call('GET', path, { broker: index % 2 })),
    )
    await world.signIn.settings({ latencyMilliseconds: 0 })
    expect(new Set(vends.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(vends.map(({ body }) => body.accessToken)).size).toBe(1)
    expect(await world.refreshCalls()).toHaveLength(1)
  })

  test('is refreshed for a personal account at /consumers and for a work account at its own directory', async () => {
    const refreshedAt = async (person: string) => {
      const tenant = await world.connectedStale(person)
      await world.call('GET', `/v1/tenants/${tenant}/token`)
      return (await world.refreshCalls()).map(({ tenantPath }) => tenantPath)
    }
    expect(await refreshedAt('ada@outlook.example')).toEqual(['consumers'])
    expect(await refreshedAt('radia@contoso.example')).toEqual(['5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'])
  })

  test('less validity than requested is never vended', async () => {
    await world.signIn.settings({ accessTokenSeconds: 200 })
    const tenant = await world.connected()
    const short = await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=900`)
    expect(short.body).toMatchObject({
      status: 409,
      code: 'validity_not_available',
      reason: 'validity_not_reached',
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=120`)).status).toBe(200)
    await world.signIn.settings({ accessTokenSeconds: 3600 })
  })

  test('while refreshing fails for a temporary reason, a token with a minute left is still vended', async () => {
    await world.signIn.settings({ accessTokenSeconds: 200 })
    const tenant = await world.connected()
    await world.signIn.settings({ accessTokenSeconds: 3600 })
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'serverError', times: 9 })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
    const promised = await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=600`)
    expect({ status: promised.status, code: promised.body.code }).toEqual({
      status: 503,
      code: 'identity_provider_unavailable',
    })
    await world.signIn.clear()
  })
})

describe('a failed refresh says who acts', () => {
  test.each([
    ['revoked', 'reauthorization_required', 'advertiser', 'grant_revoked'],
    ['expired', 'reauthorization_required', 'advertiser', 'grant_expired'],
    ['mfaRequired', 'reauthorization_required', 'advertiser', 'mfa_required'],
    ['consentRequired', 'reauthorization_required', 'advertiser', 'consent_missing'],
    ['conditionalAccess', 'admin_consent_required', 'advertiserAdmin', 'conditional_access'],
    ['userDisabled', 'admin_consent_required', 'advertiserAdmin', 'user_disabled'],
    ['adminConsent', 'admin_consent_required', 'advertiserAdmin', 'admin_consent_required'],
    ['serviceNotEnabled', 'admin_consent_required', 'advertiserAdmin', 'advertising_not_enabled'],
  ])('%s is %s, for the %s, and causes no further call', async (kind, code, actor, reason) => {
    const tenant = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind })
    const first = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(first.body).toMatchObject({ status: 409, code, actor, reason })
    const { adminConsentUrl } = first.body
    const link = { reauthorizationReason: reason, ...(adminConsentUrl && { adminConsentUrl }) }
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body).toMatchObject(link)
    const { tenants } = (await world.call('GET', '/v1/tenants?limit=200')).body
    expect(tenants).toContainEqual(expect.objectContaining({ tenant, ...link }))
    const calls = (await world.refreshCalls()).length
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe(code)
    expect(await world.refreshCalls()).toHaveLength(calls)
    await world.connect(tenant, 'ada@outlook.example')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })

  test.each([
    ['throttled', 'throttled'],
    ['throttledWithoutRetryAfter', 'throttled'],
    ['loopDetected', 'loop_detected'],
    ['serverError', 'identity_provider_error'],
    ['temporarilyUnavailable', 'identity_provider_error'],
    ['unknownError', 'unknown_answer'],
    ['cut', 'identity_provider_unreachable'],
    ['invalidGrantPassing', 'grant_refused'],
  ])('%s is temporary: 503 with Retry-After, and the tenant stays connected', async (kind, reason) => {
    const tenant = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind })
    const { body, headers } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(body).toMatchObject({
      status: 503,
      code: 'identity_provider_unavailable',
      actor: 'nobody',
      reason,
    })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
    await world.signIn.clear()
    // Five failures in a row, without a success, would be an outage of the provider.
    const other = await world.connectedStale()
    expect((await world.call('GET', `/v1/tenants/${other}/token`)).status).toBe(200)
  })

  test('an expired client secret is the operator’s problem, changes no tenant, and is over once the secret is fixed', async () => {
    const tenant = await world.connectedStale('radia@contoso.example')
    await world.signIn.clientSecrets('production', ['another-secret'])
    const held = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(held.body).toMatchObject({
      status: 503,
      code: 'environment_on_hold',
      actor: 'operator',
      reason: 'client_secret_invalid',
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
    const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
    expect(ready.status).toBe(503)
    expect(ready.body.holds).toMatchObject([{ environment: 'production', reason: 'client_secret_invalid' }])
    await world.signIn.restoreClientSecrets('production')
    letRetryAfterPass(world, held)
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${tenant}/token`)).status, {
        timeout: 60_000,
        interval: 200,
      })
      .toBe(200)
    expect((await world.call('GET', '/ready', { app: 'demo-operator' })).body.holds).toEqual([])
  }, 90_000)

  test('a refresh without a new refresh token keeps the old one', async () => {
    const tenant = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'noRefreshToken' })
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
    expect((await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=3300`)).status).toBe(200)
  })
})

describe('a disconnect', () => {
  test('ends vending immediately here, destroys the grant, and a new consent starts over', async () => {
    const tenant = await world.connected()
    await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect((await world.call('DELETE', `/v1/tenants/${tenant}`)).body.status).toBe('disconnected')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).body.code).toBe('tenant_not_connected')
    expect((await world.call('DELETE', `/v1/tenants/${tenant}`)).status).toBe(200)
    await world.connect(tenant, 'ada@outlook.example')
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })
})
