import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World

const two = { app: 2 }
const limits = { connectSessionsPerMinute: two, discoveriesPerMinute: two, probesPerMinute: two }

beforeAll(async () => {
  world = await openWorld({ settings: { REQUEST_LIMITS: JSON.stringify(limits) } })
})

afterAll(() => world.close())

test('an app that reaches a limit is told when to come back, and nobody else is limited', async () => {
  const body = { environment: 'production', returnUrl: world.returnUrl }
  const link = (app: 'demo-app' | 'other-app') =>
    world.call('POST', `/v1/tenants/${world.newTenant()}/connect-sessions`, { app, body })
  expect([await link('demo-app'), await link('demo-app')].map(({ status }) => status)).toEqual([201, 201])
  const refused = await link('demo-app')
  expect(refused.body).toMatchObject({
    ...{ status: 429, code: 'too_many_requests', actor: 'app' },
    limit: { name: 'connectSessionsPerMinute', scope: 'app', count: 2 },
  })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30)
  expect((await link('other-app')).status).toBe(201)
})

test('live diagnoses are limited, explanations of failed calls are not', async () => {
  const tenant = world.newTenant()
  const diagnose = async (body: object) =>
    (await world.call('POST', `/v1/tenants/${tenant}/diagnosis`, { body })).status
  const probes = [await diagnose({}), await diagnose({}), await diagnose({})]
  expect(probes).toEqual([404, 404, 429])
  expect(await diagnose({ status: 401 })).toBe(404)
})
