import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { webClients } from '../../local/settings.ts'
import { toFingerprint } from '../../local/sign-in/request-log.ts'
import { letRetryAfterPass, letTimePass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** The sign-in is strict: a used refresh token is revoked, and using it again ends the grant. */
beforeAll(async () => {
  world = await openWorld({ brokers: 2, strict: true, settings: { ROW_CACHE_SECONDS: '0' } })
})

afterEach(async () => {
  await world.signIn.clear()
  await world.signIn.settings({ accessTokenSeconds: 3600, latencyMilliseconds: 0 })
})

afterAll(() => world.close())

const vend = (tenant: string, query = '', broker = 0) =>
  world.call('GET', `/v1/tenants/${tenant}/token${query}`, { broker })
const statusOf = async (tenant: string) => (await world.call('GET', `/v1/tenants/${tenant}`)).body
const eventsOf = async (tenant: string): Promise<Event[]> =>
  (await world.call('GET', `/v1/tenants/${tenant}/events`)).body.events
const typesOf = async (tenant: string) => (await eventsOf(tenant)).map(({ type }) => type)
const failRefreshes = (kind: string, times = 1) =>
  world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind, times })
const diagnose = (tenant: string, body: object) =>
  world.call('POST', `/v1/tenants/${tenant}/diagnosis`, { body })

interface AccessTokenTimes {
  readonly accessTokenRefreshedAt: Date
  readonly accessTokenExpiresAt: Date
}

interface Event {
  readonly type: string
  readonly at: string
  readonly detail: string
  readonly data?: Record<string, unknown>
  readonly connect?: { readonly method: string; readonly path: string; readonly body: object }
}

describe('1. "The rotated refresh token gets lost or overwritten"', () => {
  test('ten rotations in a row, by two processes in turn: the vault has the newest token each time', async () => {
    const tenant = await world.connectedStale()
    for (let rotation = 1; rotation <= 10; rotation++) {
      await letAnHourPass(tenant)
      const { status, body } = await vend(tenant, '', rotation % 2)
      expect(status, JSON.stringify(body)).toBe(200)
      const issued = (await world.refreshCalls()).map(({ refreshTokenIssued }) => refreshTokenIssued)
      expect(issued).toHaveLength(rotation)
      expect((await world.grantSecrets()).map(toFingerprint)).toContain(issued.at(-1))
    }
    expect((await statusOf(tenant)).status).toBe('connected')
  })

  /** Moves the times of a tenant's access token an hour back, as if an hour had passed. */
  async function letAnHourPass(tenant: string): Promise<void> {
    const tenants = world.tableClient('Tenants')
    const filter = { queryOptions: { filter: `tenant eq '${tenant}'` } }
    const anHourBefore = (at: Date) => new Date(at.getTime() - 3_600_000)
    for await (const row of tenants.listEntities<AccessTokenTimes>(filter)) {
      const { partitionKey = '', rowKey = '', accessTokenRefreshedAt, accessTokenExpiresAt } = row
      if (!accessTokenExpiresAt) continue
      const times = {
        accessTokenRefreshedAt: anHourBefore(accessTokenRefreshedAt),
        accessTokenExpiresAt: anHourBefore(accessTokenExpiresAt),
      }
      await tenants.updateEntity({ partitionKey, rowKey, ...times }, 'Merge')
    }
  }
})

describe('1. "The rotated refresh token gets lost", by a process that crashes in between', () => {
  test('the new one was stored before it was served, and the next process uses it', async () => {
    const own = await openWorld({
      brokers: 2,
      strict: true,
      persistent: true,
      settings: { LEASE_SECONDS: '30', TOKEN_ENDPOINT_SECONDS: '8', ROW_CACHE_SECONDS: '0' },
    })
    const tenant = await own.connectedStale()
    const before = await own.grantSecrets()
    await own.signIn.settings({ latencyMilliseconds: 1500 })
    const dying = own.call('GET', `/v1/tenants/${tenant}/token`, { broker: 0 }).catch(() => undefined)
    await expect.poll(async () => (await own.refreshCalls()).length, { timeout: 10_000 }).toBe(1)
    // From now on, nothing can be committed: the process crashes between storing the token and naming it.
    await own.stack.parts.azurite.stop()
    const issued = async () => (await own.refreshCalls())[0]?.refreshTokenIssued
    const isKept = async () => (await own.grantSecrets()).map(toFingerprint).includes((await issued()) ?? '')
    await expect.poll(isKept, { timeout: 20_000 }).toBe(true)
    await own.brokers[0]?.kill('SIGKILL')
    await dying
    await own.stack.parts.azurite.start()
    // The crashed process's lease ends.
    letTimePass(own, 30)
    await own.signIn.settings({ latencyMilliseconds: 0 })
    const status = async () => (await own.call('GET', `/v1/tenants/${tenant}/token`, { broker: 1 })).status
    await expect.poll(status, { timeout: 90_000, interval: 200 }).toBe(200)
    // The sign-in is strict: if the used token had been used again, the whole grant would be dead.
    expect((await own.refreshCalls()).map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
    expect(before.map(toFingerprint)).not.toContain(await issued())
    await own.close()
  }, 150_000)
})

describe('2. "A dead stored token shadows a fresh consent"', () => {
  test('a reconnect replaces the dead token under the same tenant id, in every process immediately', async () => {
    const tenant = await world.connectedStale()
    await world.signIn.revoke('ada@outlook.example')
    expect((await vend(tenant)).body.code).toBe('reauthorization_required')
    const dead = await world.grantSecrets()
    const visit = await world.connect(tenant, 'ada@outlook.example')
    expect(new URL(visit.url).searchParams.get('tenant')).toBe(tenant)
    for (const broker of [0, 1]) expect((await vend(tenant, '?minValidity=3000', broker)).status).toBe(200)
    const alive = await world.grantSecrets()
    expect(alive).toHaveLength(dead.length)
    expect(dead.filter((token) => !alive.includes(token))).toHaveLength(1)
    const { body } = await world.call('GET', '/v1/tenants?limit=200')
    expect(body.tenants.filter((each: { tenant: string }) => each.tenant === tenant)).toHaveLength(1)
  })
})

describe('3. "Concurrent refreshes race"', () => {
  test('thirty callers of two processes share one refresh and its token, with a sign-in that tolerates no second one', async () => {
    const tenant = await world.connectedStale()
    await world.signIn.settings({ latencyMilliseconds: 200 })
    const vends = await Promise.all(Array.from({ length: 30 }, (_, index) => vend(tenant, '', index % 2)))
    expect(new Set(vends.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(vends.map(({ body }) => body.accessToken)).size).toBe(1)
    expect(await world.refreshCalls()).toHaveLength(1)
  })
})

describe('4. "An intermittent AADSTS70000 is treated as permanent"', () => {
  test('the refusal is confirmed, and the tenant stays connected', async () => {
    const tenant = await world.connectedStale()
    await failRefreshes('invalidGrantPassing')
    const refused = await vend(tenant)
    expect(refused.body).toMatchObject({ status: 503, actor: 'nobody', reason: 'grant_refused' })
    expect((await statusOf(tenant)).status).toBe('connected')
    letRetryAfterPass(world, refused)
    await expect.poll(async () => (await vend(tenant)).status, { timeout: 20_000, interval: 200 }).toBe(200)
    expect(await typesOf(tenant)).not.toContain('tenant.reauthorization_required')
  })
})

describe('5. "An idle grant dies after 90 days"', () => {
  test('an idle tenant is refreshed by the timer long before', async () => {
    const tenant = await world.connected()
    const { dueAt } = (await statusOf(tenant)).refresh
    expect((Date.parse(dueAt) - Date.now()) / 86_400_000).toBeLessThanOrEqual(7)
    await letDaysPass(tenant)
    await world.signIn.forget()
    await expect
      .poll(async () => world.runTimer('refresh').then(world.refreshCalls), {
        timeout: 20_000,
        interval: 500,
      })
      .toHaveLength(1)
    await expect
      .poll(async () => Date.parse((await statusOf(tenant)).refresh.dueAt))
      .toBeGreaterThan(Date.now())
  })

  /** Makes a tenant due now, in its row and in the index, as if time had passed. */
  async function letDaysPass(tenant: string): Promise<void> {
    const past = new Date(Date.now() - 1000)
    const filter = { queryOptions: { filter: `tenant eq '${tenant}'` } }
    const [tenants, due] = [world.tableClient('Tenants'), world.tableClient('RefreshDue')]
    for await (const row of tenants.listEntities<{ dueAt?: Date }>(filter)) {
      const { partitionKey = '', rowKey = '' } = row
      if (row.dueAt) await tenants.updateEntity({ partitionKey, rowKey, dueAt: past }, 'Merge')
    }
    for await (const { partitionKey = '', rowKey = '', timestamp, etag, ...row } of due.listEntities(
      filter,
    )) {
      const key = rowKey.slice(rowKey.indexOf('_'))
      // Rows of one tenant that differ only in their time become one.
      await due.upsertEntity({
        ...row,
        partitionKey,
        rowKey: past.toISOString().replaceAll(/[-:]/g, '') + key,
        dueAt: past,
      })
      await due.deleteEntity(partitionKey, rowKey)
    }
  }
})

describe('6. "There is no refresh token at all"', () => {
  test('offline_access is always requested, and a consent without a refresh token is refused by name', async () => {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    const { headers } = await fetch(connectUrl, { redirect: 'manual' })
    const scopes = new URL(headers.get('location') ?? '').searchParams.get('scope')?.split(' ')
    expect(scopes).toContain('offline_access')
    await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind: 'noRefreshToken' })
    const visit = await world.connect(tenant, 'ada@outlook.example')
    expect(visit.body).toContain('refresh_token_missing')
    expect((await statusOf(tenant)).status).toBe('pending')
  })
})

describe('7. "Error 105 with no cause: sandbox or production, swapped ids"', () => {
  /** Makes a wrong call, like an app, and requests its diagnosis. */
  async function callAndDiagnose(tenant: string, url: string, headers: Record<string, string>) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ AccountId: headers.CustomerAccountId, CampaignType: 'Search' }),
    })
    expect(answer.ok).toBe(false)
    const { CustomerId: customerId, CustomerAccountId: accountId } = headers
    const sent = { customerId, accountId, host: url }
    return (await diagnose(tenant, { status: answer.status, body: await answer.json(), sent })).body
  }

  test('a production token at the sandbox is distinguished from every other 105', async () => {
    const tenant = await world.connected()
    const { services, headers } = (await vend(tenant)).body
    const url = `${services.campaignManagement}/Campaigns/QueryByAccountId`
    const verdict = await callAndDiagnose(tenant, url.replace('/production/', '/sandbox/'), headers)
    expect(verdict).toMatchObject({ verdict: 'wrong_environment', credential: 'environment' })
  })

  test('a developer token of the other environment is recognized without a call', async () => {
    const own = await openWorld()
    const tenant = await own.connected()
    await own.setSecret('production-developer-token', { value: 'BBD37VB98' })
    await own.addBroker()
    const { body } = await own.call('POST', `/v1/tenants/${tenant}/diagnosis`, { broker: 1 })
    expect(body).toMatchObject({
      verdict: 'developer_token_of_other_environment',
      credential: 'developerToken',
      actor: 'operator',
    })
    await own.close()
  })

  test('swapped ids are detected, and the vend’s own are right', async () => {
    const tenant = await world.connected()
    const { services, headers } = (await vend(tenant)).body
    const url = `${services.campaignManagement}/Campaigns/QueryByAccountId`
    const swapped = {
      ...headers,
      CustomerId: headers.CustomerAccountId,
      CustomerAccountId: headers.CustomerId,
    }
    expect((await callAndDiagnose(tenant, url, swapped)).verdict).toBe('ids_swapped')
    expect((await diagnose(tenant, {})).body.verdict).toBe('all_well')
  })
})

describe('8. "No one really knows the customer id"', () => {
  test('every account is vended with the customer it is reached through, which Microsoft Advertising accepts', async () => {
    const tenant = world.newTenant()
    await world.connect(tenant, 'grace@contoso.example', { accountChoice: 'app' })
    const { accounts } = (await world.call('GET', `/v1/tenants/${tenant}/accounts?limit=200`)).body
    const linked = accounts.find((account: { linked: boolean }) => account.linked)
    const { body } = await vend(tenant, `?accountId=${linked.accountId}`)
    expect(body.customerId).not.toBe(linked.ownerCustomerId)
    const answer = await fetch(`${body.services.campaignManagement}/Campaigns/QueryByAccountId`, {
      method: 'POST',
      headers: { ...body.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ AccountId: linked.accountId, CampaignType: 'Search' }),
    })
    expect(answer.status).toBe(200)
  })
})

describe('9. "The client secret expired: everything is down at once, late and opaque"', () => {
  test('is the operator’s problem in one environment; no advertiser has to sign in again', async () => {
    await world.signIn.settings({ accessTokenSeconds: 30 })
    const [inSandbox, inProduction] = [
      await world.connected('ada@outlook.example', 'sandbox'),
      await world.connected(),
    ]
    await world.signIn.settings({ accessTokenSeconds: 3600 })
    const expired = {
      endpoint: 'token',
      kind: 'expiredClientSecret',
      clientId: webClients.sandbox.microsoft,
      times: 99,
    }
    await world.signIn.fault(expired)
    const held = await vend(inSandbox)
    expect(held.body).toMatchObject({
      status: 503,
      code: 'environment_on_hold',
      actor: 'operator',
      reason: 'client_secret_expired',
      resolution: expect.stringContaining('/ready'),
    })
    expect((await vend(inProduction)).status).toBe(200)
    expect((await statusOf(inSandbox)).status).toBe('connected')
    const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
    expect(ready.body.holds).toMatchObject([{ environment: 'sandbox', reason: 'client_secret_expired' }])
    await world.signIn.clear()
    letRetryAfterPass(world, held)
    await expect
      .poll(async () => (await vend(inSandbox)).status, { timeout: 60_000, interval: 200 })
      .toBe(200)
    expect(await typesOf(inSandbox)).not.toContain('tenant.reauthorization_required')
  }, 90_000)
})

describe('9. "The client secret expired", without a warning', () => {
  const secret = 'production-microsoft-client-secret'

  test('its expiry is announced a week before, and a second one takes over', async () => {
    const own = await openWorld({ settings: { ROW_CACHE_SECONDS: '0' } })
    const ready = async () => (await own.call('GET', '/ready', { app: 'demo-operator' })).body
    await own.setSecret(secret, { expiresOn: new Date(Date.now() + 6.5 * 86_400_000) })
    await own.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    expect((await ready()).events).toMatchObject([{ type: 'secret.expiring', secret, thresholdDays: 7 }])
    await own.setSecret(`${secret}-next`, { value: 'the-next-secret' })
    const tenant = await own.connectedStale()
    await own.signIn.clientSecrets('production', ['the-next-secret'])
    const vended = await own.call('GET', `/v1/tenants/${tenant}/token`)
    expect(vended).toMatchObject({ status: 200 })
    const { checks, holds } = await ready()
    expect(holds).toEqual([])
    const check = checks.find(({ name }: { name: string }) => name === `secret ${secret}`)
    expect(check).toMatchObject({ ok: false, detail: expect.stringContaining('the next one is in use') })
    await own.close()
  })
})

describe('10. "The failure’s text says nothing"', () => {
  test.each([
    ['revoked', 50173, 409, 'reauthorization_required', 'grant_revoked', 'advertiser'],
    ['conditionalAccess', 53003, 409, 'admin_consent_required', 'conditional_access', 'advertiserAdmin'],
    [
      'temporarilyUnavailable',
      90033,
      503,
      'identity_provider_unavailable',
      'identity_provider_error',
      'nobody',
    ],
  ])(
    '%s has a stable code and reason, who acts, how to fix it, and Microsoft’s trace id',
    async (kind, number, status, code, reason, actor) => {
      const tenant = await world.connectedStale()
      await failRefreshes(kind)
      const { body } = await vend(tenant)
      expect(body).toMatchObject({ status, code, reason, actor, requestId: expect.stringMatching(/./) })
      expect(body.resolution.length).toBeGreaterThan(20)
      const told = status === 409 ? (await eventsOf(tenant))[0]?.data : body
      expect(told).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
      if (status === 409) expect(told).toMatchObject({ reason, errorCodes: String(number) })
    },
  )
})

describe('11. "Works on the laptop, fails in production: app type, tenant, admin consent, MFA"', () => {
  test('an administrator’s obstacle leads to a page with their link; a wrong registration is the operator’s problem', async () => {
    for (const [person, code] of [
      ['donald@fabrikam.example', 'consent_not_given'],
      ['margaret@fabrikam.example', 'advertising_not_enabled'],
    ] as const) {
      const { body } = await world.connect(world.newTenant(), person)
      expect(body).toContain(code)
      expect(body).toMatch(/id="admin-consent" href="[^"]*\/v2\.0\/adminconsent\?/)
    }
    await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind: 'invalidClient' })
    const { body } = await world.connect(world.newTenant(), 'ada@outlook.example')
    expect(body).toContain('environment_on_hold')
  })

  test('a second factor that is required later is named, with a link to a new sign-in', async () => {
    const tenant = await world.connectedStale()
    await failRefreshes('mfaRequired')
    const { body } = await vend(tenant)
    expect(body).toMatchObject({
      code: 'reauthorization_required',
      reason: 'mfa_required',
      actor: 'advertiser',
    })
    const made = await world.call(body.connect.method, body.connect.path, { body: body.connect.body })
    expect(made.status).toBe(201)
  })
})

describe('12. "The person who consented leaves; no one notices, and the status says connected"', () => {
  test('the status changes, one event says why, and the consenter is on record', async () => {
    const tenant = await world.connectedStale('radia@contoso.example')
    await failRefreshes('userDisabled')
    for (let times = 0; times < 3; times++) {
      expect((await vend(tenant)).body).toMatchObject({ status: 409, reason: 'user_disabled' })
      await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    }
    expect(await statusOf(tenant)).toMatchObject({
      status: 'reauthorization_required',
      reauthorizationReason: 'user_disabled',
      connection: { consentedBy: 'r…@contoso.example' },
    })
    const told = (await eventsOf(tenant)).filter(({ type }) => type === 'tenant.reauthorization_required')
    expect(told).toMatchObject([{ data: { reason: 'user_disabled' } }])
    const { method = '', path = '', body } = told[0]?.connect ?? {}
    const made = await world.call(method, path, { body })
    expect(made.status).toBe(201)
    expect(await world.refreshCalls()).toHaveLength(1)
  })

  test('another person can connect it with the unchanged hint, once the app accepts the loss, and no administrator gets a useless link', async () => {
    const tenant = await world.connectedStale('radia@contoso.example')
    await failRefreshes('userDisabled')
    const { body } = await vend(tenant)
    expect(body).toMatchObject({ code: 'admin_consent_required', actor: 'advertiserAdmin' })
    expect(body.adminConsentUrl).toBeUndefined()
    const { method, path, body: options } = body.connect
    const { body: made } = await world.call(method, path, { body: { ...options, accountChoice: 'app' } })
    const visit = await world.finish(made.connectUrl, 'edsger@contoso.example')
    const { searchParams: outcome } = new URL(visit.url)
    expect([outcome.get('status'), outcome.get('accounts_lost')]).toEqual(['confirmation_required', '2'])
    expect((await vend(tenant)).body.code).toBe('confirmation_required')
    const code = outcome.get('confirmation_code')
    const confirmed = await world.call('POST', `${path}/${made.id}/confirm`, { body: { code } })
    expect(confirmed.body).toMatchObject({
      status: 'connected',
      connection: { consentedBy: 'e…@contoso.example' },
    })
  })

  test('the wrong kind of account is reported once, with the request for a link, and once when it is over', async () => {
    const tenant = await world.connected()
    const pass = () =>
      world.call('POST', `/v1/tenants/${tenant}/ads/customerManagement/User/Query`, { body: {} })
    await world.advertising.fault({ kind: 'fault', code: 122 })
    for (let times = 0; times < 3; times++) expect((await pass()).status).toBe(403)
    await world.call('POST', `/v1/tenants/${tenant}/accounts/discover`)
    expect((await diagnose(tenant, {})).body.verdict).toBe('work_account_required')
    expect(await statusOf(tenant)).toMatchObject({ advertisingRefusal: { reason: 'work_account_required' } })
    await world.advertising.clear()
    for (let times = 0; times < 3; times++) expect((await pass()).status).toBe(200)
    const told = (await eventsOf(tenant)).filter(({ type }) => type.startsWith('advertising.'))
    expect(told).toMatchObject([
      { type: 'advertising.sign_in_accepted' },
      {
        type: 'advertising.sign_in_refused',
        data: { reason: 'work_account_required' },
        connect: { body: { signInWith: 'work', allowDifferentUser: true } },
      },
    ])
    expect((await statusOf(tenant)).advertisingRefusal).toBeUndefined()
  })

  test('a temporary problem is reported once when it lasts and once when it is over, no matter how often it occurs', async () => {
    const tenant = await world.connectedStale()
    await failRefreshes('serverError', 2)
    const vendAgain = async () => {
      const answer = await vend(tenant)
      if (answer.status !== 200) letRetryAfterPass(world, answer)
      return answer.status
    }
    await expect.poll(vendAgain, { timeout: 60_000, interval: 200 }).toBe(200)
    const told = (await typesOf(tenant)).filter((type) => type.startsWith('refresh.'))
    expect(told).toEqual(['refresh.recovered', 'refresh.failing'])
  }, 90_000)
})
