import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { letRetryAfterPass, letTimePass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** The shortest that the settings allow, to keep the tests short. */
const settings = { LEASE_SECONDS: '30', TOKEN_ENDPOINT_SECONDS: '8', ROW_CACHE_SECONDS: '5' }

beforeEach(async () => {
  world = await openWorld({ brokers: 2, persistent: true, settings })
})

afterEach(() => world.close())

describe('a dependency stops', () => {
  test('the vault: a valid token is still vended, a stale one gets 503, and everything works when it is back', async () => {
    const good = await world.connected()
    const stale = await world.connectedStale()
    await world.call('GET', `/v1/tenants/${good}/token`)
    await world.stack.parts.vault.stop()
    await world.stack.parts.grantVault.stop()
    // Longer than a missing secret is remembered.
    const until = Date.now() + 2500
    while (Date.now() < until) expect((await world.call('GET', `/v1/tenants/${good}/token`)).status).toBe(200)
    const refused = await world.call('GET', `/v1/tenants/${stale}/token`)
    expect(refused.body).toMatchObject({ status: 503, code: 'storage_unavailable', actor: 'nobody' })
    expect((await world.call('GET', '/ready', { app: 'demo-operator' })).status).toBe(503)
    await world.stack.parts.vault.start()
    await world.stack.parts.grantVault.start()
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${stale}/token`)).status, { timeout: 20_000 })
      .toBe(200)
  })

  test('Azurite: 503 storage_unavailable, and nothing is lost when it is back', async () => {
    const tenant = await world.connected()
    await world.stack.parts.azurite.stop()
    const { body } = await world.call('GET', `/v1/tenants/${world.newTenant()}/token`)
    expect(body).toMatchObject({ status: 503, code: 'storage_unavailable' })
    await world.stack.parts.azurite.start()
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${tenant}/token`)).status, { timeout: 20_000 })
      .toBe(200)
  })

  test('Azurite: Microsoft Advertising’s answer to a passed-through call is still returned', async () => {
    const tenant = await world.connected()
    const pass = () =>
      world.call('POST', `/v1/tenants/${tenant}/ads/customerManagement/User/Query`, { body: {} })
    expect((await pass()).status).toBe(200)
    await world.advertising.fault({ kind: 'throttled' })
    await world.stack.parts.azurite.stop()
    const { status, body, headers } = await pass()
    expect({ status, code: body.Errors?.[0].Code }).toEqual({ status: 429, code: 117 })
    expect(headers.get('retry-after')).toBe('60')
    await world.stack.parts.azurite.start()
  })

  test('sign-in: a stale tenant gets 503 with Retry-After and stays connected', async () => {
    const tenant = await world.connectedStale()
    await world.stack.parts.signIn.stop()
    const refused = await world.call('GET', `/v1/tenants/${tenant}/token`)
    expect(refused.body).toMatchObject({
      status: 503,
      code: 'identity_provider_unavailable',
      actor: 'nobody',
    })
    await world.stack.parts.signIn.start()
    letRetryAfterPass(world, refused)
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${tenant}/token`)).status, { timeout: 30_000 })
      .toBe(200)
  })

  test('Advertising: vends continue, because the broker does not need it for a vend', async () => {
    const tenant = await world.connectedStale()
    await world.stack.parts.advertising.stop()
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`)).status).toBe(200)
  })
})

describe('a process crashes', () => {
  test('during a refresh: another one takes over, and the grant is not lost', async () => {
    const tenant = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'hang' })
    const dying = world.call('GET', `/v1/tenants/${tenant}/token`, { broker: 0 }).catch(() => undefined)
    await expect.poll(async () => (await world.refreshCalls()).length, { timeout: 10_000 }).toBe(1)
    await world.brokers[0]?.kill('SIGKILL')
    await dying
    letTimePass(world, Number(settings.LEASE_SECONDS))
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${tenant}/token`, { broker: 1 })).status, {
        timeout: 90_000,
        interval: 200,
      })
      .toBe(200)
    expect((await world.call('GET', `/v1/tenants/${tenant}`, { broker: 1 })).body.status).toBe('connected')
  }, 120_000)
})

describe('two processes on one stack', () => {
  test('one vends the other’s connection, and a disconnect in one ends vending in the other within the cache time', async () => {
    const tenant = await world.connected()
    expect((await world.call('GET', `/v1/tenants/${tenant}/token`, { broker: 1 })).status).toBe(200)
    await world.call('DELETE', `/v1/tenants/${tenant}`, { broker: 0 })
    await expect
      .poll(async () => (await world.call('GET', `/v1/tenants/${tenant}/token`, { broker: 1 })).body.code, {
        timeout: 35_000,
        interval: 1000,
      })
      .toBe('tenant_not_connected')
  })
})
