import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
const [healthy, sick] = [0, 1]
let misconfigured: number

beforeAll(async () => {
  world = await openWorld({ settings: { CLIENT_AUTHENTICATION: 'managedIdentity' } })
  const { endpoint } = world.stack.parts.identityEndpoint.service
  await world.addBroker({ IDENTITY_ENDPOINT: `${endpoint}/two` })
  await world.addBroker({ AZURE_CLIENT_ID: 'f3a1c9d2-0000-4000-8000-000000000009' })
  misconfigured = world.brokers.length - 1
})

afterAll(() => world.close())

const vend = (tenant: string, broker: number) => world.call('GET', `/v1/tenants/${tenant}/token`, { broker })

describe.each(['serverError', 'badRequest', 'cut'] as const)(
  'of two processes, one whose identity endpoint fails (%s)',
  (kind) => {
    test('answers that it fails itself, and the other one serves every tenant', async () => {
      const { faults } = world.stack.parts.identityEndpoint.service.control
      const tenants = []
      for (let count = 0; count < 4; count++) tenants.push(await world.connectedStale())
      faults.add({ kind, instance: 'two', resource: 'api://AzureADTokenExchange' })
      for (const tenant of tenants) {
        const refused = await vend(tenant, sick)
        expect(refused).toMatchObject({ status: 503, body: { code: 'storage_unavailable' } })
        expect(refused.body.reason).toMatch(/^identity_/)
        expect(refused.headers.get('retry-after')).toBe('5')
        expect((await vend(tenant, healthy)).status).toBe(200)
        const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
        expect(body).toMatchObject({ status: 'connected', refresh: { failedAttempts: 0 } })
      }
      const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
      expect(ready.body.holds).toEqual([])
      faults.clear()
    })
  },
)

test('a wrong AZURE_CLIENT_ID is the operator’s after the third failure, with what to set', async () => {
  const tenant = await world.connectedStale()
  const first = await vend(tenant, misconfigured)
  expect(first).toMatchObject({ status: 503, body: { reason: 'identity_refused' } })
  let body = first.body
  const actor = async () => {
    body = (await vend(tenant, misconfigured)).body
    return body.actor
  }
  await expect.poll(actor, { timeout: 15_000, interval: 200 }).toBe('operator')
  expect(body).toMatchObject({ code: 'storage_unavailable', reason: 'identity_refused' })
  expect(body.detail).toContain('AZURE_CLIENT_ID')
  expect((await vend(tenant, healthy)).status).toBe(200)
})
