import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { type Called, openWorld, type World } from '../end-to-end/world.ts'
import { registeredRoutes } from '../unit/registeredRoutes.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterAll(() => world.close())

const form = 'application/x-www-form-urlencoded'

/** What a hostile app sends to each operation of a tenant: valid, so that only the tenant is in question. */
const requests: Readonly<
  Record<string, { readonly body?: object; readonly raw?: string; readonly query?: string }>
> = {
  'GET v1/tenants/{tenant}': {},
  'GET v1/tenants/{tenant}/token': {},
  'POST v1/tenants/{tenant}/oauth/token': { raw: 'grant_type=client_credentials' },
  'GET v1/tenants/{tenant}/accounts': {},
  'GET v1/tenants/{tenant}/accounts/{account}': {},
  'PUT v1/tenants/{tenant}/accounts/default': { body: { accountId: '180001001' } },
  'PUT v1/tenants/{tenant}/accounts/selection': { body: { accountIds: ['180001001'] } },
  'POST v1/tenants/{tenant}/accounts/discover': { body: {} },
  'GET v1/tenants/{tenant}/events': {},
  'POST v1/tenants/{tenant}/diagnosis': { body: {} },
  'GET v1/tenants/{tenant}/connect-sessions/{session}': {},
  'POST v1/tenants/{tenant}/connect-sessions/{session}/confirm': { body: { code: 'aaaa.bbbb' } },
  'GET v1/tenants/{tenant}/ads/{service}/{*path}': {},
  'HEAD v1/tenants/{tenant}/ads/{service}/{*path}': {},
  'OPTIONS v1/tenants/{tenant}/ads/{service}/{*path}': {},
  'POST v1/tenants/{tenant}/ads/{service}/{*path}': { body: {} },
  'PUT v1/tenants/{tenant}/ads/{service}/{*path}': { body: {} },
  'PATCH v1/tenants/{tenant}/ads/{service}/{*path}': { body: {} },
  'DELETE v1/tenants/{tenant}/ads/{service}/{*path}': { body: {} },
  'POST v1/tenants/{tenant}/downloads': {
    body: {
      report: {
        type: 'CampaignPerformance',
        columns: ['TimePeriod', 'CampaignId', 'Clicks'],
        from: '2025-09-01',
        to: '2025-09-07',
      },
    },
  },
  'GET v1/tenants/{tenant}/downloads/{handle}': {},
  'GET v1/tenants/{tenant}/unified/organizations': {},
  'GET v1/tenants/{tenant}/unified/reports': { query: 'start_gte=2025-09-01&end_lt=2025-09-08' },
  'GET v1/tenants/{tenant}/unified/{objects}': {},
  'POST v1/tenants/{tenant}/grants': { body: { environment: 'production', refreshToken: 'x' } },
  'DELETE v1/tenants/{tenant}': {},
  // The last one: it makes a tenant of the same name in the app's own workspace.
  'POST v1/tenants/{tenant}/connect-sessions': { body: { environment: 'production' } },
}

/** Sends an operation's request about a tenant, as an app. */
function send(operation: string, name: string, app: 'demo-app' | 'other-app' | 'demo-operator') {
  const [method = '', path = ''] = operation.split(' ')
  const session = 'ar3a.7Wc2nYw0fT5kQ1vB8mZr4LxE6uHd9sJp'
  const at = path
    .replace('{tenant}', name)
    .replace('{session}', session)
    .replace('{account}', '180001001')
    .replace('{handle}', 'eyJhbGciOiJkaXIifQ.aaaa.bbbb.cccc')
    .replace('{objects}', 'campaigns')
    .replace('{service}/{*path}', 'customerManagement/User/Query')
  const { body, raw, query } = requests[operation] ?? {}
  const returnUrl = operation.endsWith('/connect-sessions') && { returnUrl: world.returnUrl }
  const sent = raw ? { raw, type: form } : body && { body: { ...body, ...returnUrl } }
  return world.call(method, `/${at}${query ? `?${query}` : ''}`, { app, ...sent })
}

async function operationsOfTenants(): Promise<string[]> {
  return (await registeredRoutes())
    .filter(({ path }) => path.includes('{tenant}'))
    .flatMap(({ path, operations }) => Object.keys(operations).map((method) => `${method} ${path}`))
}

/** An answer without what differs from call to call. */
function shapeOf({ status, body }: Called, name: string): object {
  const { requestId: _r, traceId: _t, id: _i, connectUrl: _u, expiresAt: _e, ...rest } = Object(body)
  return JSON.parse(JSON.stringify({ status, rest }).replaceAll(name, 'NAME'))
}

/** Everything stored in the tenant's partition, with the ETags. */
async function storedOf(name: string): Promise<string> {
  const partition = tenantKey({ workspace: 'demo', tenant: name })
  const rows: unknown[] = []
  const queryOptions = { filter: `PartitionKey eq '${partition}'` }
  for await (const row of world.tableClient('Tenants').listEntities({ queryOptions })) rows.push(row)
  expect(rows.length).toBeGreaterThan(1)
  return JSON.stringify(rows)
}

describe('an app of another workspace', () => {
  test('has an attack here for each operation of a tenant', async () => {
    expect(new Set(Object.keys(requests))).toEqual(new Set(await operationsOfTenants()))
  })

  test('reads, changes, and detects no tenant by any operation', async () => {
    const before = await storedOf(tenant)
    for (const operation of Object.keys(requests)) {
      const nobody = world.newTenant()
      const known = shapeOf(await send(operation, tenant, 'other-app'), tenant)
      expect({ operation, known }).toEqual({
        operation,
        known: shapeOf(await send(operation, nobody, 'other-app'), nobody),
      })
    }
    expect(await storedOf(tenant)).toBe(before)
    expect((await send('GET v1/tenants/{tenant}/token', tenant, 'demo-app')).status).toBe(200)
  })

  test('gets nothing of a list by the continuation of its owner', async () => {
    for (let made = 0; made < 2; made++) await world.session(world.newTenant())
    const own = await world.call('GET', '/v1/tenants?limit=1')
    const at = `/v1/tenants?limit=200&continuation=${encodeURIComponent(own.body.continuation)}`
    expect((await world.call('GET', at)).body.tenants).not.toEqual([])
    const { body } = await world.call('GET', at, { app: 'other-app' })
    const names = (body.tenants ?? []).map((each: { tenant: string }) => each.tenant)
    const owned = await world.call('GET', '/v1/tenants?limit=200', { app: 'other-app' })
    const others = new Set(owned.body.tenants.map((each: { tenant: string }) => each.tenant))
    expect(names.filter((name: string) => !others.has(name))).toEqual([])
  })
})

test('an app is shown no refresh token, client secret, or sealing key by any operation on its own tenant', async () => {
  const own = await world.connected()
  const shown: string[] = []
  for (const operation of Object.keys(requests)) {
    const { body, headers } = await send(operation, own, 'demo-app')
    shown.push(JSON.stringify([body, [...headers]]))
  }
  const secrets = [
    ...(await world.grantSecrets()),
    ...(['production', 'sandbox'] as const).map((each) => `local-value-of-${each}-microsoft-client-secret`),
  ]
  expect(shown.join()).toContain('accessToken')
  expect(shown.join()).not.toMatch(/"k":|oct/)
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20)
    expect(shown.filter((text) => text.includes(secret))).toEqual([])
  }
})

test('an operator’s token opens no tenant, and what it shows names none', async () => {
  for (const operation of Object.keys(requests)) {
    const { status, body } = await send(operation, tenant, 'demo-operator')
    expect({ operation, isRefused: status === 403 || status === 400 }).toEqual({ operation, isRefused: true })
    if (body) expect(body.code, operation).toBe('caller_not_allowed')
  }
  const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
  expect(ready.status).toBe(200)
  expect(JSON.stringify(ready.body)).not.toContain(tenant)
})
