import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

describe('a disconnect voids what was made before it', () => {
  test('a link that is still open does not connect the tenant again, and a new one does', async () => {
    const tenant = await world.connected()
    const { connectUrl } = await world.session(tenant)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const visit = await world.finish(connectUrl, 'edsger@contoso.example')
    expect({ status: visit.status, stopped: visit.stopped }).toEqual({ status: 400, stopped: false })
    expect(visit.body).toContain('link_not_valid')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('disconnected')
    await world.connect(tenant, 'ada@outlook.example')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('connected')
  })

  test('nor does a link that was made for a tenant already disconnected, before it was disconnected again', async () => {
    const tenant = await world.connected()
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const { connectUrl } = await world.session(tenant)
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    expect((await world.finish(connectUrl, 'ada@outlook.example')).body).toContain('link_not_valid')
  })

  test('a sign-in under way ends without a connection, and leaves no grant behind', async () => {
    const tenant = await world.connected()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, 'ada@outlook.example')
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    const before = await world.grantSecrets()
    const answer = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('tenant_disconnected')
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.status).toBe('disconnected')
    expect(await world.grantSecrets()).toEqual(before)
  })
})
