import { afterAll, beforeAll, expect, test } from 'vitest'
import { tableNames } from '../../shared/storage/clients.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

/** Everything that rests in the tables, as text. */
async function tablesAsText(): Promise<string> {
  const rows: unknown[] = []
  for (const name of tableNames) {
    const table = world.tableClient(name)
    for await (const row of table.listEntities()) rows.push(row)
  }
  return JSON.stringify(rows)
}

test('no secret rests in a table or appears in a log, whatever happens to a tenant', async () => {
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

test('nothing of one environment is ever sent to the other', async () => {
  await world.advertising.forget()
  const production = await world.connected('ada@outlook.example', 'production')
  const sandbox = await world.connected('ada@outlook.example', 'sandbox')
  const vends = [
    await world.call('GET', `/v1/tenants/${production}/token`),
    await world.call('GET', `/v1/tenants/${sandbox}/token`),
  ]
  const [prod, sand] = vends.map(({ body }) => body)
  expect(prod.developerToken).not.toBe(sand.developerToken)
  expect(Object.values(prod.services).some((url) => Object.values(sand.services).includes(url))).toBe(false)
  const requests = await world.advertising.requests()
  const fingerprints = (environment: string) =>
    new Set(requests.filter((each) => each.environment === environment).map((each) => each.developerToken))
  const shared = [...fingerprints('production')].filter((fingerprint) =>
    fingerprints('sandbox').has(fingerprint),
  )
  expect(requests.map(({ environment }) => environment)).toEqual(
    expect.arrayContaining(['production', 'sandbox']),
  )
  expect(shared).toEqual([])
})
