import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callingApps } from '../../local/callers.ts'
import type { CollectedSpan } from '../../local/collector/otlp.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** A call with its own trace; resolves with its spans once the function's span has arrived. */
async function traced(method: string, path: string, body?: unknown) {
  const traceId = randomBytes(16).toString('hex')
  const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }
  const answer = await world.call(method, path, { headers, ...(body !== undefined && { body }) })
  return { traceId, answer, spans: await spansOf(traceId) }
}

const isFunction = ({ attributes }: CollectedSpan) => 'faas.invocation_id' in attributes
const spansOf = (traceId: string) =>
  world.stack.parts.collector.service.waitForTrace(traceId, (spans) => spans.some(isFunction))

const addresses = (spans: readonly CollectedSpan[]) =>
  spans.map(({ attributes }) => String(attributes['url.full'] ?? '')).filter(Boolean)

test('a new process reads ahead what its first vend needs', async () => {
  const spans = () => [...world.stack.parts.collector.service.traces().values()].flat()
  const { ports } = world.stack
  await expect
    .poll(() => addresses(spans()), { timeout: 30_000 })
    .toEqual(
      expect.arrayContaining([
        expect.stringMatching(`:${ports.signIn}/.*/discovery/v2.0/keys$`),
        expect.stringContaining(`:${ports.table}/devstoreaccount1/BrokerState`),
      ]),
    )
  // Each secret has its own challenge, because all are read at once.
  const ofVault = () => addresses(spans()).filter((url) => url.includes(`:${ports.vault}/`))
  await expect.poll(() => ofVault().length, { timeout: 30_000 }).toBe(10)
})

test('one trace leads from the app’s call through storage and vault to Microsoft', async () => {
  const tenant = await world.connectedStale()
  const { answer, spans } = await traced('GET', `/v1/tenants/${tenant}/token`)
  expect(answer.status).toBe(200)
  const [root] = spans.filter(isFunction)
  expect(root).toMatchObject({ name: 'token', kind: 'internal', service: 'msads-token-broker' })
  expect(root?.attributes).toMatchObject({ 'faas.trigger': 'http', 'http.response.status_code': 200 })
  expect(root?.attributes['token_broker.app']).toBe(callingApps['demo-app'].clientId)
  expect(root?.attributes['token_broker.tenant_key']).toMatch(/^[0-9a-f]{40}$/)
  const { ports } = world.stack
  // New grants are spread over both vaults.
  for (const oneOf of [[ports.table], [ports.vault, ports.grantVault], [ports.signIn]])
    expect(addresses(spans).some((url) => oneOf.some((port) => url.includes(`:${port}/`)))).toBe(true)
  const names = spans.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['TableClient.getEntity', 'SecretClient.setSecret', 'POST']))
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const orphans = spans.filter((span) => span !== root && !ids.has(span.parentSpanId ?? ''))
  expect(orphans).toEqual([])
})

test('the trace is propagated to the services that the broker calls', async () => {
  const tenant = await world.connectedStale()
  await world.advertising.forget()
  const path = `/v1/tenants/${tenant}/ads/customerManagement/User/Query`
  const { traceId, answer } = await traced('POST', path, { UserId: null })
  expect(answer.status).toBe(200)
  const called = [...(await world.refreshCalls()), ...(await world.advertising.requests())]
  expect(called.map(({ traceParent }) => traceParent)).toEqual([
    expect.stringContaining(traceId),
    expect.stringContaining(traceId),
  ])
})

test('log lines name their trace', async () => {
  const tenant = await world.connectedStale()
  const { traceId } = await traced('GET', `/v1/tenants/${tenant}/token`)
  const lines = world.brokers
    .flatMap(({ lines }) => lines)
    .filter((line) => line.includes('"event":"refresh.ended"'))
  expect(lines.map((line) => JSON.parse(line).trace_id)).toContain(traceId)
})

test('an unsampled call leaves no span, but is still measured', async () => {
  const tenant = await world.connectedStale()
  const traceId = randomBytes(16).toString('hex')
  const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-00` }
  await world.call('GET', `/v1/tenants/${tenant}/token`, { headers })
  const later = await traced('GET', `/v1/tenants/${tenant}/token`)
  expect(later.answer.status).toBe(200)
  expect(world.stack.parts.collector.service.traces().has(traceId)).toBe(false)
})

test('metrics have the names in the conventions and the docs', async () => {
  const tenant = await world.connectedStale()
  await world.call('GET', `/v1/tenants/${tenant}/token`)
  await world.call('GET', `/v1/tenants/nobody/token`)
  await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
  const { service } = world.stack.parts.collector
  const vends = await service.waitForMetric(
    'token_broker.vend.duration',
    hasPoint('error.type', 'tenant_not_found'),
  )
  expect(vends.unit).toBe('s')
  expect(vends.points.map(({ attributes }) => attributes)).toContainEqual({
    'token_broker.environment': 'production',
  })
  const refreshes = await service.waitForMetric('token_broker.refresh.duration')
  expect(refreshes.points[0]?.attributes).toEqual({
    'token_broker.environment': 'production',
    'token_broker.identity_provider': 'microsoft',
    'token_broker.outcome': 'refreshed',
  })
  await service.waitForMetric('token_broker.sweep.due')
  const calls = await service.waitForMetric(
    'http.client.request.duration',
    hasPoint('server.port', world.stack.ports.signIn),
  )
  expect(calls.points.map(({ attributes }) => attributes)).toContainEqual({
    'http.request.method': 'POST',
    'server.address': '127.0.0.1',
    'server.port': world.stack.ports.signIn,
    'http.response.status_code': 200,
  })
})

test('no secret, no query, and no name of a secret is in any span or metric', async () => {
  const tenant = await world.connected()
  await world.connectedStale()
  const { answer } = await traced('GET', `/v1/tenants/${tenant}/token?minValidity=60`)
  await traced('POST', `/v1/tenants/${tenant}/diagnosis`, {})
  await world.call('DELETE', `/v1/tenants/${tenant}`)
  const { traceId } = await traced('GET', `/v1/tenants/${tenant}/token`)
  const { service } = world.stack.parts.collector
  await spansOf(traceId)
  const recorded = JSON.stringify([[...service.traces().values()], service.metrics()])
  expect(recorded).toContain('/oauth2/v2.0/token')
  const { accessToken, developerToken } = answer.body
  const secrets = [accessToken, developerToken, ...(await world.grantSecrets())]
  for (const secret of secrets) expect(recorded.includes(secret)).toBe(false)
  expect(recorded).not.toMatch(/[?&](code|state|session|sig)=|grant-[0-9a-f]{8}|eyJ/)
  expect(recorded).toContain('/secrets/{secret}')
})

const hasPoint = (name: string, value: unknown) => (metric: { points: readonly { attributes: object }[] }) =>
  metric.points.some(({ attributes }) => (attributes as Record<string, unknown>)[name] === value)
