import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { type Row, readRow, replaceRow, textsOf } from './copiedRows.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

const demo = (tenant: string) => ({ workspace: 'demo', tenant })
const others = (tenant: string) => ({ workspace: 'other', tenant })

/** A vend that a thief's app asks for. */
const vendOf = (tenant: string) => world.call('GET', `/v1/tenants/${tenant}/token`, { app: 'other-app' })

/** A tenant of the thief's own workspace, that nobody has connected. */
async function ownTenant() {
  const tenant = world.newTenant()
  const body = { environment: 'production', returnUrl: world.returnUrl }
  const at = `/v1/tenants/${tenant}/connect-sessions`
  const { status } = await world.call('POST', at, { app: 'other-app', body })
  expect(status).toBe(201)
  return { tenant, row: await readRow(world, others(tenant)) }
}

describe('someone who can write to the tables', () => {
  let victim: string
  let theirs: Row
  let accessToken: string

  beforeAll(async () => {
    victim = await world.connected()
    theirs = await readRow(world, demo(victim))
    accessToken = (await world.call('GET', `/v1/tenants/${victim}/token`)).body.accessToken
  })

  test('gets nothing from a row that is copied to a tenant of another workspace as it is', async () => {
    const { tenant } = await ownTenant()
    await replaceRow(world, others(tenant), theirs)
    const { status, body } = await vendOf(tenant)
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'tenant_damaged' })
  })

  test.each([
    ['with its names changed', () => theirs],
    ['without its access token', () => withoutAccessToken(theirs)],
  ])('gets nothing from another tenant’s row %s', async (_what, columns) => {
    const { tenant } = await ownTenant()
    await replaceRow(world, others(tenant), { ...columns(), ...others(tenant) })
    const { status, body } = await vendOf(tenant)
    expect({ status, actor: body.actor, reason: body.reason }).toEqual({
      ...{ status: 503, actor: 'operator', reason: 'secret_of_another_tenant' },
    })
    expect(JSON.stringify(body)).not.toContain(accessToken)
  })

  test('gets nothing from another tenant’s access token in the row of a tenant of their own', async () => {
    const own = await world.connected()
    const row = await readRow(world, demo(own))
    const { accessTokenSealed, accessTokenExpiresAt, grantId } = theirs
    await replaceRow(world, demo(own), { ...row, accessTokenSealed, accessTokenExpiresAt, grantId })
    const { status, body } = await world.call('GET', `/v1/tenants/${own}/token`)
    expect(status).toBe(200)
    expect(body.accessToken).not.toBe(accessToken)
  })

  test('has cost the other tenant nothing', async () => {
    const { grantReference, status } = await readRow(world, demo(victim))
    expect({ grantReference, status }).toEqual({ grantReference: theirs.grantReference, status: 'connected' })
    const { body } = await world.call('GET', `/v1/tenants/${victim}/token`)
    expect(body.accessToken).toBe(accessToken)
  })
})

function withoutAccessToken(row: Row): object {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !column.startsWith('accessToken')))
}

describe('someone who has read the tables', () => {
  test('can’t finish a sign-in that waits, even with its code, and opens no link', async () => {
    const tenant = world.newTenant()
    const { callbackUrl, cookie } = await world.stopAtCallback(tenant, 'ada@outlook.example')
    const [cookieName] = cookie.split('=')
    const code = new URL(callbackUrl).searchParams.get('code') ?? ''
    const texts: string[] = []
    for await (const row of world.tableClient('SignIns').listEntities())
      if (String(row.value).includes(`"${tenant}"`)) texts.push(...textsOf(row))
    const secrets = texts.filter((text) => /^[\w-]{43}$/.test(text))
    expect(secrets).not.toEqual([])
    for (const text of new Set(texts)) {
      const query = new URLSearchParams({ code, state: text })
      for (const secret of secrets) {
        const headers = { cookie: `${cookieName}=${secret}` }
        const finish = await fetch(`${world.origin}/oauth/callback?${query}`, { headers, redirect: 'manual' })
        expect(finish.status).toBeGreaterThanOrEqual(400)
        const known = await fetch(callbackUrl, { headers, redirect: 'manual' })
        expect(known.status).toBe(403)
      }
      const link = `${world.origin}/oauth/authorize?${new URLSearchParams({ session: text })}`
      expect((await fetch(link, { redirect: 'manual' })).status).toBeGreaterThanOrEqual(400)
    }
    const own = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
    expect(new URL(own.headers.get('location') ?? '').searchParams.get('status')).toBe('connected')
  })

  test('can’t confirm a consent that waits', async () => {
    const tenant = world.newTenant()
    const { id, connectUrl } = await world.session(tenant, { confirm: true })
    const { url } = await world.finish(connectUrl, 'ada@outlook.example')
    const at = `/v1/tenants/${tenant}/connect-sessions/${id}/confirm`
    const row = await readRow(world, demo(tenant))
    const pending = textsOf({ pendingGrant: row.pendingGrant })
    expect(pending.length).toBeGreaterThan(5)
    for (const code of pending) {
      const { status } = await world.call('POST', at, { body: { code: code.slice(0, 200) } })
      expect(status).toBeGreaterThanOrEqual(400)
    }
    const code = new URL(url).searchParams.get('confirmation_code')
    expect((await world.call('POST', at, { body: { code } })).status).toBe(200)
  })
})
