import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProtectedResource } from '../../shared/access/protectedResource.ts'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterAll(() => world.close())

const routes: [string, string][] = [
  ['GET', '/v1/tenants'],
  ['GET', '/v1/tenants/acme'],
  ['DELETE', '/v1/tenants/acme'],
  ['GET', '/v1/tenants/acme/token'],
  ['GET', '/v1/tenants/acme/accounts'],
  ['GET', '/v1/tenants/acme/events'],
  ['POST', '/v1/tenants/acme/connect-sessions'],
  ['POST', '/v1/tenants/acme/connect-sessions/x/confirm'],
  ['GET', '/ready'],
  ['POST', '/v1/sweeps'],
]

describe('who can call', () => {
  test.each(routes)('%s %s needs a bearer token', async (method, path) => {
    const answer = await world.call(method, path, { token: '' })
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 401,
      code: 'caller_not_authenticated',
    })
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer resource_metadata="http:.*\/\.well-known\/oauth-protected-resource", scope=".*\/\.default", role="/,
    )
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('a refusal leads to where an app gets a token, and for which audience', async () => {
    const { headers } = await world.call('GET', '/v1/tenants', { token: '' })
    const [, address = ''] = /resource_metadata="(.*?)"/.exec(headers.get('www-authenticate') ?? '') ?? []
    const answer = await fetch(address)
    expect(answer.status).toBe(200)
    const { resource, authorization_servers, caller_issuers } = (await answer.json()) as ProtectedResource
    expect(`${resource}/.well-known/oauth-protected-resource`).toBe(address)
    const { iss, aud } = decodeJwt(await world.stack.callerToken('demo-app'))
    expect(authorization_servers).toContain(iss)
    expect(caller_issuers.find(({ issuer }) => issuer === iss)?.audiences).toContain(aud)
  })

  test('a token that was tampered with is refused', async () => {
    const good = await world.stack.callerToken('demo-app')
    const [head, payload, signature = ''] = good.split('.')
    const forged = `${head}.${payload}.${signature.slice(0, -4)}AAAA`
    expect((await world.call('GET', '/v1/tenants', { token: forged })).status).toBe(401)
  })

  test('a token with the algorithm none is refused', async () => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${encode({ alg: 'none' })}.${encode({ sub: 'demo-app', roles: ['Tokens.Vend'] })}.x`
    expect((await world.call('GET', '/v1/tenants', { token })).status).toBe(401)
  })

  test('an app without the role is refused, and learns which role it lacks', async () => {
    const { status, body } = await world.call('GET', '/ready', { app: 'demo-app' })
    expect({ status, code: body.code, role: body.requiredRole }).toEqual({
      status: 403,
      code: 'caller_not_allowed',
      role: 'Broker.Operate',
    })
  })
})

describe('another workspace', () => {
  test.each([
    ['GET', ''],
    ['GET', '/token'],
    ['GET', '/accounts'],
    ['GET', '/events'],
    ['DELETE', ''],
  ])(
    '%s …%s gets the same 404 for a tenant of others as for one that does not exist',
    async (method, rest) => {
      const others = await world.call(method, `/v1/tenants/${tenant}${rest}`, { app: 'other-app' })
      const nobodys = await world.call(method, `/v1/tenants/${world.newTenant()}${rest}`, {
        app: 'other-app',
      })
      const shape = ({ status, body }: typeof others) => ({ status, ...body, requestId: '' })
      expect(shape(others)).toEqual(shape(nobodys))
      expect(others.status).toBe(404)
    },
  )

  test('its list does not include them', async () => {
    const { body } = await world.call('GET', '/v1/tenants?limit=200', { app: 'other-app' })
    expect(body.tenants.map((each: { tenant: string }) => each.tenant)).not.toContain(tenant)
    const { summaries } = (await world.call('GET', '/v1/tenants?view=summary', { app: 'other-app' })).body
    expect(summaries.map((each: { tenant: string }) => each.tenant)).not.toContain(tenant)
  })

  test('its summaries say of each tenant what its own view says, also after a disconnect', async () => {
    const [connected, ended] = [await world.connected(), await world.connected()]
    await world.call('DELETE', `/v1/tenants/${ended}`)
    const { body } = await world.call('GET', '/v1/tenants?view=summary&limit=200')
    expect(body.tenants).toEqual([])
    for (const name of [connected, ended]) {
      const { environment, status, createdAt, connection } = (await world.call('GET', `/v1/tenants/${name}`))
        .body
      const connectedAt = connection && { connectedAt: connection.consentedAt }
      const expected = { tenant: name, environment, status, createdAt, ...connectedAt }
      expect(body.summaries).toContainEqual(expected)
    }
    expect((await world.call('GET', '/v1/tenants?view=short')).status).toBe(400)
  })

  test('its own list pages through every tenant once', async () => {
    const made = [await world.connected(), await world.connected(), await world.connected()]
    const seen: string[] = []
    let continuation = ''
    do {
      const page = await world.call(
        'GET',
        `/v1/tenants?limit=2${continuation && `&continuation=${encodeURIComponent(continuation)}`}`,
      )
      seen.push(...page.body.tenants.map((each: { tenant: string }) => each.tenant))
      continuation = page.body.continuation ?? ''
    } while (continuation)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining([tenant, ...made]))
  })
})

describe('bad input gets a clear error', () => {
  test('an unsupported method: 405 with Allow', async () => {
    const answer = await world.call('PATCH', `/v1/tenants/${tenant}/token`)
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD',
    })
  })

  test.each([
    ['a body that is not JSON', '{"environment":', 'application/json', 400],
    [
      'a body that is not declared as JSON',
      'environment=production',
      'application/x-www-form-urlencoded',
      415,
    ],
    ['a body that is too large', `"${'x'.repeat(70_000)}"`, 'application/json', 413],
  ])('%s', async (_title, raw, type, status) => {
    const answer = await world.call('POST', `/v1/tenants/${tenant}/connect-sessions`, { raw, type })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test.each([
    ['POST', '/accounts/discover'],
    ['DELETE', ''],
  ])('a body that %s %s does not accept: its fields are named, and nothing is done', async (method, rest) => {
    const path = `/v1/tenants/${tenant}${rest}`
    const { status, body } = await world.call(method, path, { body: { everything: true } })
    expect({ status, errors: body.errors }).toMatchObject({
      status: 400,
      errors: [{ in: 'body', field: 'everything' }],
    })
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
  })

  test.each([
    ['413', '/v1/tenants/TENANT/accounts/discover', true],
    ['413', '/v1/tenants/TENANT/connect-sessions', true],
    ['401', '/v1/tenants/TENANT/connect-sessions', false],
    ['404', '/v1/nothing', true],
  ])(
    'two megabytes that arrive chunk by chunk get their %s at %s, never a reset',
    async (status, path, known) => {
      const authorization = `Bearer ${known ? await world.stack.callerToken('demo-app') : 'none'}`
      for (let time = 0; time < 5; time++) {
        const pieces = Array.from({ length: 32 }, () => new Uint8Array(65_536).fill(120))
        const answer = await fetch(`${world.origin}${path.replace('TENANT', tenant)}`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/json' },
          body: ReadableStream.from(pieces),
          duplex: 'half',
        } as RequestInit)
        expect(String(answer.status)).toBe(status)
        expect(await answer.json()).toHaveProperty('code')
      }
    },
  )

  test.each(['%00', 'a%20b', '../x', 'x'.repeat(41)])('an impossible account: "%s"', async (accountId) => {
    const { status, body } = await world.call('GET', `/v1/tenants/${tenant}/token?accountId=${accountId}`)
    expect({ status, errors: body.errors }).toMatchObject({
      status: 400,
      errors: [{ in: 'query', field: 'accountId' }],
    })
    const headers = { 'x-account-id': decodeURIComponent(accountId).replace('\0', '/') }
    const passed = await world.call('GET', `/v1/tenants/${tenant}/ads/bulk/_echo`, { headers })
    expect({ status: passed.status, errors: passed.body.errors }).toMatchObject({
      status: 400,
      errors: [{ in: 'header', field: 'X-Account-Id' }],
    })
  })

  test.each([
    ['?minValidty=60', 'minValidty'],
    ['?minValidity=soon', 'minValidity'],
    ['?minValidity=-1', 'minValidity'],
    ['?minValidity=60&minValidity=90', 'minValidity'],
    ['?minValidity=99999', 'minValidity'],
  ])('the query %s names the field %s', async (query, field) => {
    const { status, body } = await world.call('GET', `/v1/tenants/${tenant}/token${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ in: 'query', field }])
  })

  test.each(['/v1/tenants', `/v1/tenants/TENANT/events`, `/v1/tenants/TENANT/accounts`])(
    'a continuation of %s that no page returned is the app’s fault, by name',
    async (path) => {
      for (const continuation of ['garbage', 'MTIz']) {
        const at = `${path.replace('TENANT', tenant)}?continuation=${continuation}`
        const { status, body } = await world.call('GET', at)
        expect({ status, errors: body.errors }).toMatchObject({
          status: 400,
          errors: [{ in: 'query', field: 'continuation' }],
        })
      }
    },
  )

  test('an impossible tenant id names the path', async () => {
    const { status, body } = await world.call('GET', `/v1/tenants/${'x'.repeat(200)}`)
    expect({ status, where: body.errors[0].in }).toEqual({ status: 400, where: 'path' })
  })

  test('a route that does not exist', async () => {
    expect((await world.call('GET', '/v1/nothing')).body.code).toBe('route_not_found')
  })

  test('nothing is half written after these', async () => {
    const fresh = world.newTenant()
    const body = { environment: 'production', returnUrl: 'https://elsewhere.example.com/connected' }
    expect((await world.call('POST', `/v1/tenants/${fresh}/connect-sessions`, { body })).status).toBe(400)
    expect((await world.call('GET', `/v1/tenants/${fresh}`)).status).toBe(404)
  })
})
