import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ settings: { PUBLIC_URL: 'https://Broker.Example.com/' } })
})

afterAll(() => world.close())

test('a broker on HTTPS binds the browser with a __Host- cookie, and accepts no other', async () => {
  const { connectUrl } = await world.session(world.newTenant())
  expect(connectUrl).toMatch(/^https:\/\/broker\.example\.com\/oauth\/authorize\?session=/)
  const at = connectUrl.replace('https://broker.example.com', world.origin)
  const begun = await fetch(at, { redirect: 'manual' })
  const [cookie = ''] = begun.headers.getSetCookie()
  expect(cookie).toMatch(
    /^__Host-msads-sign-in-[0-9a-z]{8}-[0-9a-f]{4}=[0-9A-Za-z]{43}; Max-Age=4800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const request = new URL(begun.headers.get('location') ?? '')
  expect(request.searchParams.get('redirect_uri')).toBe('https://broker.example.com/oauth/callback')
  const state = request.searchParams.get('state') ?? ''
  const value = cookie.split(';')[0] ?? ''
  const callback = async (sent: string) => {
    const url = `${world.origin}/oauth/callback?error=access_denied&state=${state}`
    return fetch(url, { headers: { cookie: sent }, redirect: 'manual' })
  }
  // Any page of the domain can set the plain name; only an HTTPS answer of the host itself can set the prefixed one.
  expect(await (await callback(value.replace('__Host-', ''))).text()).toContain('other_browser')
  expect((await callback(value)).headers.get('location')).toContain('error=consent_declined')
})
