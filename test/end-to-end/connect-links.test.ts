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

describe('nobody but a person spends anything', () => {
  test.each([
    ['HEAD', {}],
    ['GET', { 'Sec-Purpose': 'prefetch' }],
  ])('%s at the callback leaves the sign-in to be finished', async (method, headers) => {
    const { callbackUrl, cookie } = await world.stopAtCallback(world.newTenant(), 'ada@outlook.example')
    const ahead = await fetch(callbackUrl, { method, headers: { cookie, ...headers }, redirect: 'manual' })
    expect({ status: ahead.status, location: ahead.headers.get('location') }).toEqual({
      status: 204,
      location: null,
    })
    const own = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(new URL(own.headers.get('location') ?? '').searchParams.get('status')).toBe('connected')
  })
})

describe('the answer to an administrator’s link', () => {
  test.each([
    ['admin_consent=True&state=admin-consent&tenant=x', 'Thank you, the app is allowed now'],
    ['admin_consent=True&state=admin-consent&error=access_denied', 'The app was not allowed'],
    ['state=admin-consent&error=access_denied&error_description=AADSTS65004', 'The app was not allowed'],
  ])('%s says: %s', async (query, title) => {
    const page = await (await fetch(`${world.origin}/oauth/callback?${query}`)).text()
    expect(page).toContain(`<h1>${title}</h1>`)
  })
})
