import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { type ConnectFailureCode, connectFailures } from '../../shared/connect/failures.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ persistent: true })
})

afterAll(() => world.close())

/** The browser's final page. */
interface End {
  readonly status: number
  readonly body: string
  readonly url: string
}

const ada = 'ada@outlook.example'
const connect = (person = ada) => world.connect(world.newTenant(), person)
const withTokenFault = async (kind: string, times = 1) => {
  await world.signIn.fault({ endpoint: 'token', grantType: 'authorization_code', kind, times })
  return connect()
}

const firstRefresh = { endpoint: 'token', grantType: 'refresh_token', kind: 'invalidGrantPassing' }

async function open(url: string, cookie = ''): Promise<End> {
  const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' })
  return {
    status: answer.status,
    body: await answer.text(),
    url: answer.headers.get('location') ?? url,
  }
}

/** Signs in with an authorization request that was changed on the way. */
async function withRequest(change: (request: URLSearchParams) => void): Promise<End> {
  const { connectUrl } = await world.session(world.newTenant())
  const begun = await fetch(connectUrl, { redirect: 'manual' })
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const request = new URL(begun.headers.get('location') ?? '')
  change(request.searchParams)
  const options = { username: ada, password: 'open-sesame', stopAt: `${world.origin}/oauth/callback` }
  const visit = await createVisitor().signIn({ authorizeUrl: request.href, ...options })
  return open(visit.url, cookie)
}

/** How to cause each failure through real protocols. A code without an entry fails the suite. */
const ways: Record<ConnectFailureCode, () => Promise<End>> = {
  async link_not_valid() {
    const tenant = world.newTenant()
    const { connectUrl } = await world.session(tenant)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    return open(connectUrl)
  },
  async link_already_used() {
    const { connectUrl } = await world.session(world.newTenant())
    await world.finish(connectUrl, ada)
    return open(connectUrl)
  },
  async sign_in_not_valid() {
    const { callbackUrl } = await world.stopAtCallback(world.newTenant(), ada)
    const url = new URL(callbackUrl)
    url.searchParams.set('state', `gone${url.searchParams.get('state')}`)
    return open(url.href)
  },
  async other_browser() {
    const { callbackUrl } = await world.stopAtCallback(world.newTenant(), ada)
    return open(callbackUrl)
  },
  async consent_declined() {
    const { connectUrl } = await world.session(world.newTenant())
    return world.finish(connectUrl, 'barbara@outlook.example', 'decline')
  },
  consent_not_given: () => connect('donald@fabrikam.example'),
  async admin_consent_required() {
    await world.signIn.fault({ endpoint: 'authorize', kind: 'adminConsent' })
    return connect()
  },
  advertising_not_enabled: () => connect('margaret@fabrikam.example'),
  directory_policy: () => withTokenFault('conditionalAccess'),
  sign_in_refused: () => withTokenFault('mfaRequired'),
  async other_sign_in_required() {
    await world.signIn.fault({ ...firstRefresh, times: 2 })
    return connect()
  },
  async grant_not_accepted() {
    const body = JSON.stringify(firstRefresh)
    const headers = { 'content-type': 'application/json' }
    await fetch(`${world.stack.parts.google.origin}/_control/faults`, { method: 'POST', headers, body })
    return world.connect(world.newTenant(), 'tony@gmail.example', { identityProvider: 'google' })
  },
  no_advertising_user: () => connect('niklaus@outlook.example'),
  async no_advertising_account() {
    await world.advertising.control('POST', 'accounts/remove', {
      environment: 'sandbox',
      accountIds: ['680101001'],
    })
    return world.connect(world.newTenant(), ada, { environment: 'sandbox' })
  },
  wrong_account_kind: () => connect('barbara@outlook.example'),
  async different_user() {
    return world.connect(await world.connected(ada), 'edsger@contoso.example')
  },
  scope_not_granted: () => withTokenFault('narrowScope'),
  refresh_token_missing: () => withTokenFault('noRefreshToken'),
  sign_in_token_invalid: () => withRequest((request) => request.set('nonce', 'of-another-sign-in')),
  environment_on_hold: () => withTokenFault('expiredClientSecret'),
  async developer_token_unusable() {
    const refused = { kind: 'fault', code: 105, reason: 'InvalidAccessToken', path: '/User/Query', times: 1 }
    await world.advertising.fault(refused)
    return connect()
  },
  async environment_mismatch() {
    const tenant = world.newTenant()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, ada)
    await world.session(tenant, { environment: 'sandbox' })
    return open(callbackUrl, cookie)
  },
  identity_provider_unavailable: () => withTokenFault('serverError', 2),
  async advertising_unavailable() {
    await world.advertising.fault({ kind: 'serverError', status: 503, path: '/User/Query', times: 2 })
    return connect()
  },
  async advertising_access_denied() {
    await world.advertising.fault({ kind: 'fault', code: 106, path: '/User/Query', times: 1 })
    return connect()
  },
  async advertising_account_inactive() {
    await world.advertising.fault({
      kind: 'fault',
      code: 105,
      reason: 'AccountInactive',
      path: '/User/Query',
      times: 1,
    })
    return connect()
  },
  async advertising_answer_unknown() {
    await world.advertising.fault({ kind: 'fault', code: 201, path: '/User/Query', times: 1 })
    return connect()
  },
  async storage_unavailable() {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), ada)
    const { grantVault, vault } = world.stack.parts
    await Promise.all([vault.stop(), grantVault.stop()])
    try {
      return await open(callbackUrl, cookie)
    } finally {
      await Promise.all([vault.start(), grantVault.start()])
    }
  },
}

const statusByActor = { advertiser: 403, advertiserAdmin: 403, app: 400, operator: 503, nobody: 503 } as const
/** No one but the person has to act on these, so they aren't logged. */
const notLogged = ['link_not_valid', 'link_already_used', 'sign_in_not_valid', 'other_browser']

const linesOf = (event: string) =>
  (world.brokers[0]?.lines ?? [])
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))))

describe('connecting ends with', () => {
  test.each(Object.keys(connectFailures) as ConnectFailureCode[])('%s', async (code) => {
    const before = linesOf('connect.failed').length
    const end = await ways[code]()
    if (code === 'consent_declined') {
      expect(new URL(end.url).searchParams.get('error')).toBe(code)
    } else {
      expect({ status: end.status, body: end.body }).toEqual({
        status: statusByActor[connectFailures[code].actor],
        body: expect.stringContaining(code),
      })
    }
    if (code !== 'consent_declined') expect(end.body).toMatch(new RegExp(`href="[^"]*error=${code}[&"]`))
    if (notLogged.includes(code) || code === 'storage_unavailable') return
    await expect
      .poll(() => linesOf('connect.failed').slice(before))
      .toMatchObject([{ code, actor: connectFailures[code].actor }])
  })
})

describe('a code whose redemption is disturbed once', () => {
  test.each(['serverError', 'cut'])('still connects: %s', async (kind) => {
    expect((await withTokenFault(kind)).url).toContain('status=connected')
  })

  test('is lost if the lost answer had the tokens, which is the provider’s outage', async () => {
    expect(await withTokenFault('cutAfterEffect')).toMatchObject({
      status: 503,
      body: expect.stringContaining('identity_provider_unavailable (identity_provider_unreachable)'),
    })
  })
})

describe('without the keys of its provider', () => {
  const finish = async (times: number, settings = {}) => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), ada)
    const fresh = await world.addBroker(settings)
    await world.signIn.fault({ endpoint: 'keys', kind: 'serverError', times })
    const end = await open(callbackUrl.replace(world.origin, fresh.origin), cookie)
    await world.signIn.clear()
    return end
  }

  test('a sign-in waits for them', async () => {
    expect(await finish(4)).toMatchObject({ status: 303, url: expect.stringContaining('status=connected') })
  })

  test('a sign-in that can’t wait ends in the provider’s outage, not in our fault', async () => {
    // One more than enough: a new process also fetches keys ahead of its first caller.
    expect(await finish(6, { CALLBACK_SECONDS: '15' })).toMatchObject({
      status: 503,
      body: expect.stringContaining('identity_provider_unavailable (keys_unreachable)'),
    })
  })
})

describe('a fault of our own registration', () => {
  test('refused credentials hold the environment, and the next sign-in with good ones ends that', async () => {
    const before = {
      held: linesOf('environment.held').length,
      released: linesOf('environment.released').length,
    }
    await withTokenFault('expiredClientSecret')
    await expect
      .poll(() => linesOf('environment.held').slice(before.held))
      .toMatchObject([{ environment: 'production', reason: 'client_secret_expired' }])
    const [{ traceId }] = linesOf('connect.failed').slice(-1)
    expect(traceId).toMatch(/^[0-9a-f-]{36}$/)
    await connect()
    await expect.poll(() => linesOf('environment.released').slice(before.released)).toHaveLength(1)
  })

  test('another person’s code holds nothing', async () => {
    const before = linesOf('environment.held').length
    const [one, other] = [
      await world.stopAtCallback(world.newTenant(), ada),
      await world.stopAtCallback(world.newTenant(), ada),
    ]
    const mixed = new URL(other.callbackUrl)
    mixed.searchParams.set('code', new URL(one.callbackUrl).searchParams.get('code') ?? '')
    for (const change of [{}, { code: 'no code at all' }, { error: 'invalid_client', code: '' }]) {
      const url = new URL(mixed)
      for (const [name, value] of Object.entries(change)) url.searchParams.set(name, value)
      await open(url.href, other.cookie)
    }
    await connect()
    expect(linesOf('environment.held').length).toBe(before)
  })
})

describe('the answering provider must be the right one', () => {
  test.each([
    ['another one', 'https://evil.example'],
    ['Google', 'https://accounts.google.com'],
  ])('an answer from %s is not used, and spends the sign-in', async (_title, iss) => {
    const tenant = world.newTenant()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, ada)
    const url = new URL(callbackUrl)
    url.searchParams.set('iss', iss)
    const calls = await codeRedemptions()
    expect((await open(url.href, cookie)).body).toContain('sign_in_refused (issuer_mismatch)')
    expect((await open(callbackUrl, cookie)).body).toContain('sign_in_refused (issuer_mismatch)')
    expect(await codeRedemptions()).toBe(calls)
  })

  test.each([
    ['without an issuer', {}],
    ['at Microsoft’s address', { path: '/oauth/callback' }],
  ])('Google’s answer %s is not used', async (_title, change: { path?: string }) => {
    const { connectUrl } = await world.session(world.newTenant(), { identityProvider: 'google' })
    const { callbackUrl, cookie } = await world.stopAtCallbackOf(connectUrl, 'tony@gmail.example')
    const url = new URL(callbackUrl)
    expect(url.pathname).toBe('/oauth/callback/google')
    if (change.path) url.pathname = change.path
    else url.searchParams.delete('iss')
    expect((await open(url.href, cookie)).body).toContain('sign_in_refused (issuer_mismatch)')
  })

  test('Microsoft’s answer at Google’s address is not used', async () => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), ada)
    const url = callbackUrl.replace('/oauth/callback', '/oauth/callback/google')
    expect((await open(url, cookie)).body).toContain('sign_in_refused (issuer_mismatch)')
  })
})

test('a work account’s own refusal looks like a missing approval, so the page and the app get both ways', async () => {
  const { connectUrl } = await world.session(world.newTenant())
  const { body } = await world.finish(connectUrl, 'grace@contoso.example', 'decline')
  expect(body).toContain('Either you declined, or')
  expect(body).toContain('>Try again</a>')
  expect(body).toMatch(/href="[^"]*error=consent_not_given&amp;[^"]*admin_consent_url=/)
})

test('Microsoft’s trace id of an error from the browser reaches the app', async () => {
  const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), ada)
  const url = new URL(callbackUrl)
  url.searchParams.delete('code')
  url.searchParams.set('error', 'access_denied')
  const traceId = '0a1b2c3d-0000-4000-8000-00000000cafe'
  url.searchParams.set(
    'error_description',
    `AADSTS65004: User declined to consent.\r\nTrace ID: ${traceId}\r\nCorrelation ID: x\r\nTimestamp: y`,
  )
  const { url: back } = await open(url.href, cookie)
  expect(Object.fromEntries(new URL(back).searchParams)).toMatchObject({
    error: 'consent_declined',
    trace_id: traceId,
  })
})

async function codeRedemptions(): Promise<number> {
  const answer = await fetch(`${world.signInOrigin}/_control/requests`)
  const requests = (await answer.json()) as { grantType?: string }[]
  return requests.filter(({ grantType }) => grantType === 'authorization_code').length
}
