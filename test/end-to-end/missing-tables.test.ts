import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { ROW_CACHE_SECONDS: '0', REFRESH_POLICY: 'always' } })
})

afterAll(() => world.close())
afterEach(() => control('DELETE', 'faults'))

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${world.stack.parts.azurite.origin}/_control/${path}`, {
    method,
    ...(body && { headers, body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.status === 204 ? undefined : answer.json()
}

const missing = (table: string, kind: 'tableNotFound' | 'tableBeingDeleted') =>
  control('POST', 'faults', { kind, table })

test.each(['tableNotFound', 'tableBeingDeleted'] as const)(
  'while Tenants is missing (%s), no tenant is called absent or disconnected, and no list is called empty',
  async (kind) => {
    const tenant = await world.connected()
    await missing('Tenants', kind)
    const calls: [method: string, path: string, body?: object][] = [
      ['GET', `/v1/tenants/${tenant}/token`],
      ['GET', `/v1/tenants/${tenant}`],
      ['DELETE', `/v1/tenants/${tenant}`],
      ['GET', `/v1/tenants/${tenant}/accounts`],
      ['GET', `/v1/tenants/${tenant}/events`],
      ['GET', '/v1/tenants'],
      [
        'POST',
        `/v1/tenants/${world.newTenant()}/connect-sessions`,
        { environment: 'production', returnUrl: world.returnUrl },
      ],
    ]
    for (const [method, path, body] of calls) {
      const answer = await world.call(method, path, body ? { body } : {})
      expect(answer.body, `${method} ${path}`).toMatchObject({
        ...{ status: 503, code: 'storage_unavailable', actor: 'operator', reason: 'table_missing' },
      })
    }
    const { body: ready } = await world.call('GET', '/ready', { app: 'demo-operator' })
    const check = ready.checks.find(({ name }: { name: string }) => name === 'table Tenants')
    expect(check).toMatchObject({ ok: false, detail: 'does not exist' })
    await control('DELETE', 'faults')
    expect(await world.call('GET', `/v1/tenants/${tenant}/token`)).toMatchObject({ status: 200 })
  },
)

test('a connect session that can’t be made costs a bounded number of requests', async () => {
  await missing('Tenants', 'tableNotFound')
  await control('DELETE', 'requests')
  const body = { environment: 'production', returnUrl: world.returnUrl }
  await world.call('POST', `/v1/tenants/${world.newTenant()}/connect-sessions`, { body })
  expect(((await control('GET', 'requests')) as unknown[]).length).toBeLessThan(20)
})

test.each(['Tenants', 'RefreshDue'])(
  'without %s, a sweep reports that and stops, and later refreshes what was due',
  async (table) => {
    const tenant = await world.connectedStale(undefined, 3)
    await missing(table, 'tableNotFound')
    const sweep = async () => (await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })).body
    await expect.poll(sweep, { timeout: 15_000 }).toMatchObject({
      ...{ refreshed: 0, passedOn: 0, failed: { table_missing: expect.any(Number) } },
    })
    await control('DELETE', 'faults')
    await expect.poll(async () => (await sweep()).refreshed, { timeout: 15_000 }).toBeGreaterThan(0)
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(body).toMatchObject({ status: 'connected' })
  },
)
