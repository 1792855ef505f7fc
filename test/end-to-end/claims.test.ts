import { afterAll, beforeAll, expect, test } from 'vitest'
import { policyClaims } from '../../local/sign-in/claims-challenge.ts'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { openWorld, type World } from './world.ts'

let world: World
const hedy = 'hedy@contoso.example'

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

/** The person's parameters in a link's authorization request. */
async function requestOf(connectUrl: string) {
  const { url } = await createVisitor().visit(connectUrl, { stopAt: world.signInOrigin })
  const { searchParams } = new URL(url)
  return { claims: searchParams.get('claims'), loginHint: searchParams.get('login_hint') }
}

const newLink = async (tenant: string) => (await world.session(tenant)).connectUrl

test('a claims challenge is met by the next sign-in: immediately from the page, and after a refused refresh', async () => {
  const tenant = world.newTenant()
  await world.signIn.settings({ accessTokenSeconds: 30 })
  const visitor = createVisitor()
  const signIn = (authorizeUrl: string) =>
    visitor.signIn({ authorizeUrl, username: hedy, password: 'open-sesame', stopAt: world.returnUrl })
  const refused = await signIn(await newLink(tenant))
  expect(refused.body).toContain('sign_in_refused (mfa_required)')
  const again = /class="button" href="([^"]+)"/.exec(refused.body)?.[1] ?? ''
  expect(again).toContain('/oauth/authorize?session=')
  const connected = await signIn(again)
  expect(new URL(connected.url).searchParams.get('status')).toBe('connected')
  expect(await requestOf(await newLink(tenant))).toEqual({ claims: null, loginHint: null })

  await world.signIn.settings({ accessTokenSeconds: 3600 })
  await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'mfaRequired' })
  const vend = await world.call('GET', `/v1/tenants/${tenant}/token`)
  expect(vend.body).toMatchObject({ code: 'reauthorization_required', reason: 'mfa_required' })
  expect(await requestOf(await newLink(tenant))).toEqual({ claims: policyClaims, loginHint: hedy })
  const paths = ['', '/events', '/token'].map((path) => `/v1/tenants/${tenant}${path}`)
  const shown = await Promise.all(paths.map((path) => world.call('GET', path)))
  const told = JSON.stringify([...shown.map(({ body }) => body), ...world.brokers[0]!.lines])
  expect(told).not.toMatch(/hedy@|capolids/)
  const reconnected = await world.finish(await newLink(tenant), hedy)
  expect(new URL(reconnected.url).searchParams.get('status')).toBe('connected')
  expect(await requestOf(await newLink(tenant))).toEqual({ claims: null, loginHint: null })
})
