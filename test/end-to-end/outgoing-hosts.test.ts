import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CollectedSpan } from '../../local/collector/otlp.ts'
import { outgoingHosts } from '../../scripts/outgoingHosts.ts'
import { parseConfig } from '../../shared/config.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** The hosts that the broker calls for a request, by its own spans. */
async function hostsOf(method: string, path: string, options: { app?: 'demo-operator'; body?: object } = {}) {
  const traceId = randomBytes(16).toString('hex')
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`
  await world.call(method, path, { headers: { traceparent }, ...options })
  const isFunction = ({ attributes }: CollectedSpan) => 'faas.invocation_id' in attributes
  const spans = await world.stack.parts.collector.service.waitForTrace(traceId, (own) => own.some(isFunction))
  return spans.flatMap(({ attributes }) => {
    const { 'server.address': address, 'server.port': port } = attributes
    return address === undefined ? [] : [`${address}:${port}`]
  })
}

test('every host that the broker calls is on the list, and every needed one is called', async () => {
  const tenant = await world.connectedStale()
  const called = new Set([
    ...(await hostsOf('GET', '/ready', { app: 'demo-operator' })),
    ...(await hostsOf('GET', `/v1/tenants/${tenant}/token`)),
    ...(await hostsOf('POST', `/v1/tenants/${tenant}/accounts/discover`)),
    ...(await hostsOf('POST', `/v1/tenants/${tenant}/ads/campaignManagement/Campaigns/QueryByAccountId`, {
      body: {},
    })),
    ...(await hostsOf('POST', '/v1/sweeps', { app: 'demo-operator' })),
  ])
  const { ports } = world.stack
  const own = `127.0.0.1:${ports.identityEndpoint}`
  const listed = outgoingHosts(parseConfig(world.stack.settings()))
  const names = listed.map(({ host }) => host)
  expect([...called].filter((host) => host !== own && !names.includes(host))).toEqual([])
  for (const { host, isOptional } of listed) if (!isOptional) expect([...called]).toContain(host)
})
