import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterEach(async () => {
  await world.advertising.clear()
  await world.signIn.clear()
})

afterAll(() => world.close())

const ads = (path: string, options: Parameters<World['call']>[2] = {}, of = tenant) =>
  world.call('POST', `/v1/tenants/${of}/ads/${path}`, options)

/** The last request to Microsoft Advertising. */
async function lastRequest() {
  const { requests } = (await world.advertising.control('GET', 'requests')) as {
    requests: Record<string, string | null>[] & { headerNames: string[] }[]
  }
  return requests.at(-1) as unknown as Record<string, string> & { headerNames: string[]; path: string }
}

/** The number of requests to Microsoft Advertising since its log was cleared. */
async function callCount(path: string) {
  const { requests } = (await world.advertising.control('GET', 'requests')) as {
    requests: { path: string }[]
  }
  return requests.filter((request) => request.path.endsWith(path)).length
}

describe('a passed-through call', () => {
  test('reaches Microsoft Advertising with every credential, and its answer returns unchanged', async () => {
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const { status, body, headers } = await ads('campaignManagement/Campaigns/QueryByAccountId', {
      body: { AccountId: vended.accountId, CampaignType: 'Search' },
    })
    expect(status).toBe(200)
    expect(body.Campaigns.length).toBeGreaterThan(0)
    expect(headers.get('trackingid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers.get('x-diagnosis')).toBeNull()
    expect(await lastRequest()).toMatchObject({
      customerId: vended.customerId,
      customerAccountId: vended.accountId,
    })
  })

  test('includes only the caller’s headers that describe body and answer', async () => {
    await ads('bulk/_echo', {
      raw: 'x',
      type: 'text/plain',
      headers: {
        cookie: 'a=b',
        developertoken: 'theirs',
        'x-functions-key': 'k',
        'x-forwarded-for': '203.0.113.9',
        'x-custom': 'c',
        'ocp-apim-subscription-key': 'k',
        'api-key': 'k',
        'x-auth-token': 't',
        'true-client-ip': '203.0.113.9',
        'accept-language': 'de',
        te: 'trailers',
        tracestate: 'vendor=theirs',
      },
    })
    const { headerNames } = await lastRequest()
    const own = ['authorization', 'developertoken', 'customerid', 'customeraccountid']
    const ofTheCall = ['host', 'connection', 'content-length', 'traceparent']
    const along = headerNames.filter((name) => !own.includes(name) && !ofTheCall.includes(name))
    expect(along.filter((name) => !/^(accept|content-type|user-agent)/.test(name))).toEqual([])
    expect(along).toContain('accept-language')
  })

  test('goes to the account in CustomerAccountId and CustomerId, or nowhere', async () => {
    const several = world.newTenant()
    await world.connect(several, 'grace@contoso.example', { accountChoice: 'app' })
    const { body: listed } = await world.call('GET', `/v1/tenants/${several}/accounts?limit=200`)
    const { accountId, customerId, ownerCustomerId } = listed.accounts.find(
      (each: { linked: boolean }) => each.linked,
    )
    const send = (headers: Record<string, string>) =>
      ads('bulk/_echo', { raw: 'x', type: 'text/plain', headers }, several)
    expect((await send({ customeraccountid: accountId, customerid: customerId })).status).toBe(200)
    expect(await lastRequest()).toMatchObject({ customerAccountId: accountId, customerId })
    const other = await send({ customeraccountid: accountId, 'x-account-id': '42' })
    expect(other.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'CustomerAccountId' }] })
    // Microsoft's pages contradict each other about the owner, so Microsoft decides; the stand-in refuses it.
    const owner = await send({ customeraccountid: accountId, customerid: ownerCustomerId })
    expect(owner.status).toBe(403)
    expect(owner.headers.get('x-diagnosis')).toContain('customer_does_not_reach_account')
    expect(await lastRequest()).toMatchObject({ customerAccountId: accountId, customerId: ownerCustomerId })
    const nowhere = await send({ customeraccountid: accountId, customerid: '42' })
    expect(nowhere.body).toMatchObject({ code: 'account_not_found' })
    expect(nowhere.body.detail).toContain('42')
    const one = await world.connected()
    const wrong = { raw: 'x', type: 'text/plain', headers: { customerid: '1' } }
    expect((await ads('bulk/_echo', wrong, one)).body.code).toBe('account_not_found')
  })

  test('goes to the account that X-Account-Id names', async () => {
    const several = world.newTenant()
    await world.connect(several, 'grace@contoso.example', { accountChoice: 'app' })
    const { body: listed } = await world.call('GET', `/v1/tenants/${several}/accounts?limit=200`)
    const { accountId, customerId, number } = listed.accounts.find((each: { linked: boolean }) => each.linked)
    await ads('bulk/_echo', { raw: 'x', type: 'text/plain', headers: { 'x-account-id': number } }, several)
    expect(await lastRequest()).toMatchObject({ customerAccountId: accountId, customerId })
    const unknown = await ads('bulk/_echo', { raw: 'x', headers: { 'x-account-id': '42' } }, several)
    expect(unknown.body.code).toBe('account_not_found')
  })

  test('needs no account for a service that needs none', async () => {
    const several = world.newTenant()
    await world.connect(several, 'grace@contoso.example', { accountChoice: 'app' })
    const user = await ads('customerManagement/User/Query', { body: { UserId: null } }, several)
    expect({ status: user.status, type: typeof user.body.User.Id }).toEqual({ status: 200, type: 'string' })
    const campaigns = await ads('campaignManagement/Campaigns/QueryByAccountId', { body: {} }, several)
    expect(campaigns.body.code).toBe('account_not_chosen')
  })

  test('stays in the tenant’s own environment', async () => {
    const sandbox = await world.connected('ada@outlook.example', 'sandbox')
    await ads('customerManagement/User/Query', { body: { UserId: null } }, sandbox)
    expect((await lastRequest()).environment).toBe('sandbox')
  })
})

test('a tenant that doesn’t exist or is another workspace’s gets 403: SDKs read 404 as a missing service', async () => {
  const path = `/v1/tenants/${tenant}/ads/customerManagement/User/Query`
  const foreign = await world.call('POST', path, { app: 'other-app', body: {} })
  const missing = await world.call('POST', path.replace(tenant, 'nobody'), { body: {} })
  for (const { status, body } of [foreign, missing])
    expect({ status, inBody: body.status, code: body.code }).toEqual({
      status: 403,
      inBody: 403,
      code: 'tenant_not_found',
    })
})

describe('no path leads out of the service', () => {
  test.each([
    ['a service that there is not', 'login/User/Query', 403],
    ['no operation', 'bulk/', 400],
    ['an encoded way up', 'bulk/a%2F..%2Fb', 400],
    ['encoded dots', 'bulk/a/%252e%252e/b', 400],
    ['a backslash', 'bulk/a%5Cb', 400],
    ['an @', 'bulk/@evil.example', 400],
    ['a whole address', 'bulk/https:%2F%2Fevil.example', 400],
    ['an empty word', 'bulk/a//b', 400],
  ])('%s is refused', async (_what, path, expected) => {
    await world.advertising.forget()
    const { status, body } = await ads(path, { body: {} })
    expect({ status, type: body.actor }).toEqual({ status: expected, type: 'app' })
    expect(await callCount('')).toBe(0)
  })

  test('a body is never read as another call, and is refused if the method has none', async () => {
    await world.advertising.forget()
    const smuggled = Buffer.from(
      'POST /production/bulk/Bulk/v13/_smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n',
    )
    const stream = () => {
      const chunks = [smuggled, ...Array.from({ length: 40 }, () => Buffer.alloc(65_536, 'A'))]
      return new ReadableStream({
        pull: (controller) => {
          const next = chunks.shift()
          if (next) controller.enqueue(new Uint8Array(next))
          else controller.close()
        },
      })
    }
    const send = async (method: string) => {
      const answer = await fetch(`${world.origin}/v1/tenants/${tenant}/ads/bulk/Campaigns`, {
        method,
        headers: { authorization: `Bearer ${await world.stack.callerToken()}` },
        body: stream(),
        duplex: 'half',
      } as RequestInit)
      await answer.arrayBuffer()
      return answer.status
    }
    for (const method of ['DELETE', 'PUT', 'PATCH']) expect(await send(method), method).toBe(404)
    expect(await send('OPTIONS')).toBe(400)
    const path = `/v1/tenants/${tenant}/ads/bulk/Campaigns`
    const token = await world.stack.callerToken()
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const body of [
        'Content-Length: 2\r\n\r\n{}',
        'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      ])
        expect(await rawStatus(path, token, { method, body }), `${method} ${body}`).toBe(400)
    expect((await ads('bulk/_echo', { raw: 'x', type: 'text/plain' })).status).toBe(200)
    expect(await callCount('Campaigns')).toBe(3)
    expect(await callCount('_smuggled')).toBe(0)
  })

  test('dot segments are removed before routing: they end in a service of the tenant or nowhere', async () => {
    await world.advertising.forget()
    const token = await world.stack.callerToken()
    for (const path of ['bulk/../../../../health', 'bulk/a/../../../x', 'bulk/..%2f..%2fx']) {
      const status = await rawStatus(`/v1/tenants/${tenant}/ads/${path}`, token)
      expect([400, 404, 405]).toContain(status)
    }
    expect(await callCount('x')).toBe(0)
    await rawStatus(`/v1/tenants/${tenant}/ads/bulk/../reporting/dots`, token)
    expect(await callCount('Reporting/v13/dots')).toBe(1)
  })
})

describe('a failure', () => {
  test('by an expired token is fixed by one refresh and one more attempt', async () => {
    await world.signIn.forget()
    await world.advertising.forget()
    await world.advertising.control('POST', 'expire-tokens', {
      objectId: '00000000-0000-0000-0000-00000000ada0',
    })
    const { status } = await ads('customerManagement/User/Query', { body: { UserId: null } })
    expect(status).toBe(200)
    expect(await world.refreshCalls()).toHaveLength(1)
    expect(await callCount('/User/Query')).toBe(2)
  })

  test('that persists after the refresh is passed through, without a third attempt', async () => {
    const fresh = await world.connected()
    await world.advertising.fault({ kind: 'fault', code: 109 })
    await world.advertising.forget()
    const { status, body, headers } = await ads('customerManagement/User/Query', { body: {} }, fresh)
    expect({ status, code: body.Errors[0].Code }).toEqual({ status: 401, code: 109 })
    expect(headers.get('x-diagnosis')).toBe('access_token_revoked;actor=nobody;credential=accessToken')
    expect(await callCount('/User/Query')).toBe(2)
  })

  test('that persists call after call costs one refresh, not one each, even with a discovery', async () => {
    const fresh = await world.connected()
    await world.signIn.forget()
    await world.advertising.fault({ kind: 'fault', code: 109 })
    for (let call = 0; call < 15; call++) {
      const { status } = await ads('customerManagement/User/Query', { body: {} }, fresh)
      expect(status).toBe(401)
    }
    const { body } = await world.call('POST', `/v1/tenants/${fresh}/accounts/discover`)
    expect(body.code).toBe('advertising_unavailable')
    expect(await world.refreshCalls()).toHaveLength(1)
  })

  test('with a body too large to keep is not repeated', async () => {
    await world.advertising.fault({ kind: 'fault', code: 109, times: 1, service: 'bulk' })
    await world.advertising.forget()
    const raw = 'x'.repeat(1_200_000)
    const { status, headers } = await ads('bulk/_echo', { raw, type: 'text/plain' })
    expect(status).toBe(401)
    expect(headers.get('x-diagnosis')).toContain('access_token')
    expect(await callCount('/_echo')).toBe(1)
  })

  test('without a reason, while both tokens work, is attributed to the person', async () => {
    const fresh = await world.connected()
    await world.advertising.fault({ kind: 'fault', code: 105 })
    const { headers } = await ads('customerManagement/User/Query', { body: {} }, fresh)
    expect(headers.get('x-diagnosis')).toBe('no_advertising_user;actor=advertiser;credential=identity')
  })

  test('without a reason, is attributed to the person if the call needs no account', async () => {
    const fresh = await world.connected()
    const reasons = async () =>
      (await world.call('GET', `/v1/tenants/${fresh}/events`)).body.events.map(
        (event: { type: string }) => event.type,
      )
    await world.advertising.fault({ kind: 'fault', code: 105 })
    await ads('campaignManagement/Campaigns/QueryByAccountId', { body: {} }, fresh)
    expect(await reasons()).not.toContain('advertising.sign_in_refused')
    await ads('customerManagement/User/Query', { body: {} }, fresh)
    expect(await reasons()).toContain('advertising.sign_in_refused')
  })

  test('by a wrong developer token costs no refresh while the access token is fresh', async () => {
    const fresh = await world.connected()
    await world.signIn.forget()
    await world.advertising.fault({ kind: 'fault', code: 105, reason: 'InvalidAccessToken' })
    const { status, headers } = await ads('customerManagement/User/Query', { body: {} }, fresh)
    expect(status).toBe(401)
    expect(headers.get('x-diagnosis')).toBe(
      'developer_token_refused;actor=operator;credential=developerToken',
    )
    expect(await world.refreshCalls()).toHaveLength(0)
  })

  test.each([
    ['customerManagement/User/Query', 117, 'throttled_calls', '60'],
    ['bulk/_echo', 4204, 'throttled_bulk', '900'],
  ])('by throttling of %s has a wait', async (path, code, verdict, seconds) => {
    const own = await world.connected()
    await world.advertising.fault({ kind: 'throttled', code })
    const { status, headers, body } = await ads(path, { body: { UserId: null } }, own)
    expect(status).toBe(429)
    expect(headers.get('retry-after')).toBe(seconds)
    expect(headers.get('x-diagnosis')).toContain(`${verdict};actor=nobody`)
    expect(body.TrackingId).toBe(headers.get('trackingid'))
    const next = await ads(path, { body: { UserId: null } }, own)
    expect(next.body?.code).toBe(code === 117 ? 'too_many_requests' : undefined)
  })

  test('with a body that is not a fault passes through unchanged', async () => {
    await world.advertising.fault({ kind: 'serverError', status: 503 })
    const { status, body, headers } = await ads('customerManagement/User/Query', { body: {} })
    expect({ status, body }).toEqual({ status: 503, body: '<h2>The service is unavailable.</h2>' })
    expect(headers.get('x-diagnosis')).toContain('service_trouble')
  })

  test('to answer at all is a problem with a retry', async () => {
    await world.advertising.fault({ kind: 'cut' })
    const { status, body, headers } = await ads('customerManagement/User/Query', { body: {} })
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'advertising_unavailable' })
    expect(headers.get('retry-after')).toBe('5')
  })

  test('of the grant itself says who must sign in', async () => {
    const fresh = await world.connected()
    await world.signIn.revoke('ada@outlook.example')
    await world.advertising.fault({ kind: 'fault', code: 109, times: 1 })
    const { status, body } = await ads('customerManagement/User/Query', { body: {} }, fresh)
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'reauthorization_required' })
  })
})

/** Sends a path unchanged, because client libraries would normalize it. */
function rawStatus(
  path: string,
  token: string,
  { method = 'POST', body = 'Content-Length: 0\r\n\r\n' } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.origin)
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n${body}`,
      )
    })
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (part) => {
      text += part
    })
    socket.on('end', () => resolve(Number(text.split(' ')[1])))
    socket.on('error', reject)
  })
}
