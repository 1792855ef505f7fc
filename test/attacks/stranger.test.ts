import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { registeredRoutes } from '../unit/registeredRoutes.ts'
import { requestAs } from './requestAs.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterAll(() => world.close())

test('a stranger’s headers change no address that the broker makes', async () => {
  const others = {
    host: 'evil.example',
    forwarded: 'host=evil.example;proto=ftp',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'ftp',
    'x-forwarded-prefix': '/evil',
    'x-original-host': 'evil.example',
    'x-original-url': 'https://evil.example/',
  }
  const { connectUrl } = await world.session(world.newTenant())
  const begun = await requestAs(connectUrl, { headers: others })
  const redirectUri = new URL(begun.headers.location ?? '').searchParams.get('redirect_uri')
  expect(redirectUri).toBe(`${world.origin}/oauth/callback`)
  const refused = await requestAs(`${world.origin}/v1/tenants`, { headers: others })
  expect(refused.headers['www-authenticate']).toContain(`"${world.origin}/`)
  const contract = await requestAs(`${world.origin}/openapi.json`, { headers: others })
  for (const { headers, body } of [begun, refused, contract])
    expect(JSON.stringify([headers, body])).not.toContain('evil')
})

test('a token anywhere but in its header is no credential', async () => {
  const token = await world.stack.callerToken('demo-app')
  const at = `${world.origin}/v1/tenants/${tenant}/token`
  for (const [query, headers] of [
    [`?access_token=${token}`, {}],
    ['', { cookie: `access_token=${token}; authorization=${token}` }],
    ['', { 'x-authorization': `Bearer ${token}`, 'x-ms-token-aad-access-token': token }],
    ['', { 'x-ms-client-principal': token, 'proxy-authorization': `Bearer ${token}` }],
  ] as const)
    expect((await requestAs(`${at}${query}`, { headers })).status).toBe(401)
  expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
})

test('a page of another origin is allowed to read nothing, on any route', async () => {
  const origin = { origin: 'https://evil.example', 'access-control-request-headers': 'authorization' }
  for (const { path, operations } of await registeredRoutes()) {
    const at = `${world.origin}/${path.replaceAll(/\{[^}]+\}/g, tenant)}`
    for (const method of [...Object.keys(operations), 'OPTIONS']) {
      const asks = { ...origin, 'access-control-request-method': method }
      const { headers, status } = await requestAs(at, { method, headers: asks })
      const allowed = Object.keys(headers).filter((name) => name.startsWith('access-control-'))
      expect({ path, method, allowed }).toEqual({ path, method, allowed: [] })
      if (method === 'OPTIONS') expect({ path, isRefused: status >= 400 }).toEqual({ path, isRefused: true })
    }
  }
})
