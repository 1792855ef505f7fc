import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webClients } from '../../local/settings.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

/** All contents of the tables, as text. */
async function tablesAsText(): Promise<string> {
  const rows: unknown[] = []
  for (const name of tableNames) {
    const table = world.tableClient(name)
    for await (const row of table.listEntities()) rows.push(row)
  }
  return JSON.stringify(rows)
}

test('no secret is in a table or a log, whatever happens to a tenant', async () => {
  const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
  const code = new URL(callbackUrl).searchParams.get('code') ?? ''
  const state = new URL(callbackUrl).searchParams.get('state') ?? ''
  const tenant = await world.connectedStale()
  const vend = await world.call('GET', `/v1/tenants/${tenant}/token`)
  await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'serverError' })
  await world.call('GET', `/v1/tenants/${await world.connectedStale()}/token`)
  const refreshTokens = await world.grantSecrets()
  const callerToken = await world.stack.callerToken('demo-app')
  const secrets = {
    accessToken: vend.body.accessToken,
    developerToken: vend.body.developerToken,
    code,
    state,
    cookie: cookie.split('=')[1] ?? '',
    callerToken,
    ...Object.fromEntries(refreshTokens.map((value, index) => [`refreshToken${index}`, value])),
  }
  const resting = await tablesAsText()
  const logged = world.brokers.flatMap(({ lines }) => lines).join('\n')
  for (const [name, secret] of Object.entries(secrets)) {
    expect(secret.length, name).toBeGreaterThan(8)
    expect(resting.includes(secret), `${name} in a table`).toBe(false)
    expect(logged.includes(secret), `${name} in the log`).toBe(false)
  }
})

/** A unique text to search for. */
const canary = (what: string) => `canary-${what}-${randomBytes(8).toString('hex')}`

/** `POST …/grants` with a header, and optionally a query, to search for; resolves once its spans are recorded. */
async function bringWatched(body: object, query = '') {
  const [traceId, header] = [randomBytes(16).toString('hex'), canary('header')]
  const path = `/v1/tenants/${world.newTenant()}/grants${query && `?Tenant=${query}&note=${query}`}`
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`
  const { status } = await world.call('POST', path, {
    body,
    headers: { traceparent, 'x-note': header },
  })
  await world.stack.parts.collector.service.waitForTrace(traceId, (spans) =>
    spans.some(({ attributes }) => 'faas.invocation_id' in attributes),
  )
  return { status, traceId, header }
}

test('no part of a body, a query, or a custom header is in any log line, span, or metric', async () => {
  const before = new Set(await world.grantSecrets())
  await world.connected('ada@outlook.example')
  const refreshToken = (await world.grantSecrets()).find((secret) => !before.has(secret)) ?? ''
  const environment = 'production'
  const [displayName, member, dead, query] = ['name', 'member', 'refresh', 'query'].map(canary)
  const calls = [
    await bringWatched({ environment, refreshToken, displayName }),
    await bringWatched({ environment, refreshToken: dead, displayName }),
    await bringWatched({ environment, refreshToken, Headers: member, Tenant: member }),
    await bringWatched({ environment, refreshToken: [member], displayName: { member } }),
    await bringWatched({ environment, refreshToken, displayName }, query),
  ]
  expect(calls.map(({ status }) => status)).toEqual([200, 422, 400, 400, 400])
  await world.call('GET', '/v1/tenants/nobody/token')
  const { service } = world.stack.parts.collector
  await service.waitForMetric('token_broker.vend.duration', ({ points }) =>
    points.some(({ attributes }) => attributes['error.type'] === 'tenant_not_found'),
  )

  const logged = world.brokers.flatMap(({ lines }) => lines).join('\n')
  const recorded = JSON.stringify([[...service.traces().values()], service.metrics()])
  for (const { traceId } of calls) expect(recorded).toContain(traceId)
  expect(logged).toContain(calls[0]?.traceId)
  const sent = [refreshToken, displayName, member, dead, query, ...calls.map(({ header }) => header)]
  for (const text of sent) {
    expect(text?.length).toBeGreaterThan(8)
    expect(logged.includes(text!), `${text} in the log`).toBe(false)
    expect(recorded.includes(text!), `${text} in a span or metric`).toBe(false)
  }
})

/** All operations in which the broker calls other services, for one person in one environment. */
async function everyOperation(environment: 'production' | 'sandbox'): Promise<void> {
  const ada = 'ada@outlook.example'
  const call = async (method: string, path: string, body?: object) => {
    const answer = await world.call(method, path, body ? { body } : {})
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
    return answer
  }
  const before = new Set(await world.grantSecrets())
  await world.signIn.settings({ accessTokenSeconds: 30 })
  const tenant = await world.connected(ada, environment)
  await world.signIn.settings({ accessTokenSeconds: 3600 })
  const [refreshToken] = (await world.grantSecrets()).filter((secret) => !before.has(secret))
  const path = `/v1/tenants/${tenant}`
  await call('GET', `${path}/token`)
  await call('POST', `${path}/accounts/discover`)
  await call('POST', `${path}/diagnosis`)
  await world.advertising.fault({ kind: 'fault', code: 109, times: 1, environment })
  await call('POST', `${path}/ads/customerManagement/User/Query`, {})
  const pending = world.newTenant()
  const { id, connectUrl } = await world.session(pending, { environment, confirm: true })
  const { url } = await world.finish(connectUrl, ada)
  const code = new URL(url).searchParams.get('confirmation_code')
  await call('POST', `/v1/tenants/${pending}/connect-sessions/${id}/confirm`, { code })
  await call('GET', `/v1/tenants/${pending}/token`)
  await call('POST', `/v1/tenants/${world.newTenant()}/grants`, { environment, refreshToken })
}

test('nothing from one environment is ever sent to the other, in any operation', async () => {
  await world.advertising.forget()
  await world.signIn.forget()
  for (const environment of ['production', 'sandbox', 'production'] as const)
    await everyOperation(environment)
  const called = (await world.advertising.control('GET', 'requests')) as { requests: AdvertisingCall[] }
  const asked = (await world.signIn.requests()).filter(({ endpoint }) => endpoint === 'token')
  const ours: readonly string[] = Object.values(clientIds)
  const own = asked.filter(({ clientId }) => ours.includes(clientId ?? ''))
  expect(own.filter(({ grantType }) => grantType === 'refresh_token').length).toBeGreaterThanOrEqual(6)

  const sentTo = (environment: string, name: 'accessToken' | 'developerToken' | 'customerId') =>
    called.requests.filter((each) => each.environment === environment).map((each) => each[name])
  const presented = (environment: 'production' | 'sandbox', name: 'refreshTokenUsed' | 'family') =>
    own.filter(({ clientId }) => clientId === clientIds[environment]).map((each) => each[name])
  for (const name of ['accessToken', 'developerToken', 'customerId'] as const)
    expectApart(sentTo('production', name), sentTo('sandbox', name))
  for (const name of ['refreshTokenUsed', 'family'] as const)
    expectApart(presented('production', name), presented('sandbox', name))
})

interface AdvertisingCall {
  readonly environment: string
  readonly accessToken: string | null
  readonly developerToken: string | null
  readonly customerId: string | null
}

const clientIds = { production: webClients.production.microsoft, sandbox: webClients.sandbox.microsoft }

/** Each side has some values, and none is on both sides. */
function expectApart(one: readonly unknown[], other: readonly unknown[]): void {
  const [left, right] = [new Set(one.filter(Boolean)), new Set(other.filter(Boolean))]
  expect([left.size, right.size]).not.toContain(0)
  expect([...left].filter((each) => right.has(each))).toEqual([])
}
