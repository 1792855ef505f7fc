import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as oauth from 'oauth4webapi'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type CallingAppName, callerSecret, callingApps } from '../../local/callers.ts'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string
let jwt: string
let docs: string

beforeAll(async () => {
  docs = await readFile(join(import.meta.dirname, '../../docs/tools.md'), 'utf8')
  world = await openWorld()
  tenant = await world.connected()
  jwt = await world.stack.callerToken('demo-app')
})

afterEach(async () => {
  await world.signIn.clear()
  await world.signIn.forget()
})

afterAll(() => world.close())

const type = 'application/x-www-form-urlencoded'
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const idOf = (app: CallingAppName) => callingApps[app].clientId
const pairOf = (app: CallingAppName) => ({ client_id: idOf(app), client_secret: callerSecret(app) })

/** Posts a form as a tool does, without a bearer token unless `headers` have one. */
const ask = (fields: Record<string, string>, headers: Record<string, string> = {}, at = tenant) =>
  world.call('POST', `/v1/tenants/${at}/oauth/token`, {
    ...{ token: '', type, headers, raw: String(new URLSearchParams(fields)) },
  })
const bearer = () => ({ authorization: `Bearer ${jwt}` })
const credentials = { grant_type: 'client_credentials' }
const handle = async () => (await ask(credentials, bearer())).body.refresh_token as string
const redemptions = async () =>
  (await world.signIn.requests()).filter(({ grantType }) => grantType === 'client_credentials')

describe('the token endpoint of a tenant', () => {
  test('gives the same token as a vend, in OAuth’s shape', async () => {
    const { status, headers, body } = await ask(credentials, bearer())
    const vended = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect({ status, ...body }).toEqual({
      ...{ status: 200, access_token: vended.body.accessToken, token_type: 'Bearer' },
      ...{ expires_in: expect.any(Number), refresh_token: expect.stringMatching(/^handle-\w+$/) },
      scope: expect.stringContaining('msads.manage'),
    })
    expect(body.expires_in - vended.body.expiresIn).toBeLessThan(5)
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache'])
  })

  test('takes the caller’s own token in the header, as assertion, or as subject', async () => {
    const refresh = { grant_type: 'refresh_token', refresh_token: await handle() }
    const assertion = {
      client_assertion: jwt,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    const exchange = {
      ...{ grant_type: exchangeGrant, audience: tenant, subject_token: jwt },
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }
    expect((await ask(refresh, bearer())).status).toBe(200)
    expect((await ask({ ...refresh, ...assertion })).status).toBe(200)
    expect((await ask({ ...credentials, ...assertion })).status).toBe(200)
    expect((await ask(exchange)).body).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    })
    expect(await redemptions()).toEqual([])
  })

  test('never shows the advertiser’s refresh token, and takes none', async () => {
    const grants = await world.grantSecrets()
    expect(grants.length).toBeGreaterThan(0)
    expect(JSON.stringify((await ask(credentials, bearer())).body)).not.toContain(grants[0])
    const refresh = { grant_type: 'refresh_token', refresh_token: grants[0] ?? '' }
    expect((await ask(refresh, bearer())).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('answers only apps of the tenant’s workspace: a handle alone opens nothing', async () => {
    const refresh = { grant_type: 'refresh_token', refresh_token: await handle() }
    expect((await ask(refresh)).body).toMatchObject({ error: 'invalid_client' })
    const shape = ({ status, body }: Awaited<ReturnType<typeof ask>>) => ({ status, ...body, requestId: '' })
    const other = pairOf('other-app')
    const others = await ask({ ...credentials, ...other })
    const nobodys = await ask({ ...credentials, ...other }, {}, world.newTenant())
    expect(shape(others)).toMatchObject({ status: 400, error: 'invalid_grant', code: 'tenant_not_found' })
    expect(shape(others)).toEqual(shape(nobodys))
    expect((await ask({ ...refresh, ...other })).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('says in OAuth’s words who must act, and when a tool can try again', async () => {
    const stale = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'serverError', times: 9 })
    const later = await ask(credentials, bearer(), stale)
    expect(later).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable', actor: 'nobody' } })
    expect(Number(later.headers.get('retry-after'))).toBeGreaterThan(0)
    await world.signIn.clear()
    const revoked = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'revoked' })
    expect(await ask(credentials, bearer(), revoked)).toMatchObject({
      ...{ status: 400, body: { error: 'invalid_grant', code: 'reauthorization_required' } },
    })
  })

  test('asks for the role that a vend needs', async () => {
    const operator = { authorization: `Bearer ${await world.stack.callerToken('demo-operator')}` }
    expect(await ask(credentials, operator)).toMatchObject({
      ...{ status: 400, body: { error: 'unauthorized_client', code: 'caller_not_allowed' } },
    })
  })

  test('answers what is no token request in OAuth’s words, too', async () => {
    const json = { raw: '{}', type: 'application/json' }
    const asJson = await world.call('POST', `/v1/tenants/${tenant}/oauth/token`, json)
    expect(asJson).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(asJson.headers.get('accept')).toBe(type)
    const read = await world.call('GET', `/v1/tenants/${tenant}/oauth/token`)
    expect(read).toMatchObject({ status: 405, body: { error: 'invalid_request' } })
    expect(read.headers.get('allow')).toBe('POST')
    expect((await ask({ grant_type: 'password' }, bearer())).body.error).toBe('unsupported_grant_type')
  })
})

describe('a tool that has only a client ID and a secret', () => {
  test('is authenticated at the issuer once, for as long as that token lasts', async () => {
    // Another process remembers nothing of this test's other calls.
    await world.addBroker()
    const at = { broker: world.brokers.length - 1, token: '', type }
    const raw = String(new URLSearchParams({ ...credentials, ...pairOf('demo-app') }))
    for (let time = 0; time < 3; time++)
      expect((await world.call('POST', `/v1/tenants/${tenant}/oauth/token`, { ...at, raw })).status).toBe(200)
    expect((await redemptions()).map(({ clientId }) => clientId)).toEqual([idOf('demo-app')])
    const wrong = String(
      new URLSearchParams({ ...credentials, ...pairOf('demo-app'), client_secret: 'wrong-secret' }),
    )
    const refused = await world.call('POST', `/v1/tenants/${tenant}/oauth/token`, { ...at, raw: wrong })
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(refused.body.error_description).toContain('AADSTS7000215')
    const logged = world.brokers.flatMap(({ lines }) => lines).join('\n')
    for (const secret of ['wrong-secret', callerSecret('demo-app')]) expect(logged).not.toContain(secret)
  })

  test('is told how to authenticate in the way that it tried', async () => {
    const basic = `Basic ${Buffer.from(`${idOf('demo-app')}:wrong`).toString('base64')}`
    const answer = await ask(credentials, { authorization: basic })
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
    const withBody = await ask({ ...credentials, ...pairOf('demo-app'), client_secret: 'wrong' })
    expect(withBody.headers.get('www-authenticate')).toBe('Bearer')
  })
})

describe('a recipe of docs/tools.md', () => {
  test('Airbyte: the request of source-bing-ads at the manifest’s changed endpoint', async () => {
    const [, endpoint = ''] = /^token_refresh_endpoint: '(.*)'$/m.exec(docs) ?? []
    const url = endpoint
      .replace('https://broker.example.com', world.origin)
      .replace('{{ config["tenant_id"] }}', tenant)
    // The fields that the connector's OAuthAuthenticator sends, with those of its manifest.
    const form = {
      ...{ grant_type: 'refresh_token', ...pairOf('demo-app'), refresh_token: await handle() },
      ...{ environment: 'production', oauth_scope: 'msads.manage', tenant },
      scope: 'https://ads.microsoft.com/msads.manage offline_access',
    }
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    const { access_token, expires_in } = (await answer.json()) as Record<string, unknown>
    expect({ status: answer.status, access_token, expires_in }).toEqual({
      ...{ status: 200, access_token: expect.any(String), expires_in: expect.any(Number) },
    })
    const [account] = (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const called = await fetch(`${vended.services.campaignManagement}/Campaigns/QueryByAccountId`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
        ...{ DeveloperToken: vended.developerToken, CustomerId: account.customerId },
        CustomerAccountId: account.accountId,
      },
      body: JSON.stringify({ AccountId: account.accountId, CampaignType: 'Search' }),
    })
    expect(called.status).toBe(200)
  })

  test('oauth4webapi: the script, as it stands there', async () => {
    const [, script = ''] = /```js\n(.*?)```/s.exec(docs) ?? []
    const { client_id, client_secret } = pairOf('demo-app')
    const env = {
      ...{ PATH: process.env.PATH, BROKER: world.origin, TENANT: tenant, HANDLE: await handle() },
      ...{ CLIENT_ID: client_id, CLIENT_SECRET: client_secret },
    }
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env })
    const vended = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(JSON.parse(stdout)).toMatchObject({ access_token: vended.body.accessToken })
  })

  test('oauth4webapi reads the refusals, too', async () => {
    const issuer = world.origin
    const server = { issuer, token_endpoint: `${issuer}/v1/tenants/${tenant}/oauth/token` }
    const client = { client_id: idOf('demo-app') }
    const answer = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(callerSecret('demo-app')),
      'not-the-handle',
      { [oauth.allowInsecureRequests]: true },
    )
    await expect(oauth.processRefreshTokenResponse(server, client, answer)).rejects.toMatchObject({
      ...{ name: 'ResponseBodyError', error: 'invalid_grant', status: 400 },
    })
  })
})
