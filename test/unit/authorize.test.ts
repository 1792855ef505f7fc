import { expect, test } from 'vitest'
import { deriveBrowserSecret, newBrowser, sha256 } from '../../shared/access/browser.ts'
import { addSeconds } from '../../shared/clock.ts'
import { authorize } from '../../shared/connect/authorize.ts'
import { name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'

/** A tenant with an unspent connect session. */
async function issued(change: object = {}, tenant: object = {}, row: object = {}) {
  const own = connectGround(row)
  await own.create(tenant)
  const session = { ...name, id: 's', environment: 'production', identityProvider: 'microsoft', returnUrl }
  const expiresAt = addSeconds(own.clock.now(), 7200)
  const sessionToken = await own.records.issue(
    'session',
    { ...session, disconnectCount: 0, ...change },
    expiresAt,
  )
  const open = (browser = own.browser, pressed = false) =>
    authorize(own.dependencies, { browser, pressed, sessionToken })
  const isOpen = async () => (await own.records.read('session', sessionToken, own.clock.now())) !== undefined
  return { ...own, open, isOpen }
}

/** The address of the sign-in page. */
async function urlOf(ended: ReturnType<typeof authorize>): Promise<URL> {
  const authorized = await ended
  if (!authorized || !('url' in authorized)) throw new Error('no address')
  return authorized.url
}

test('a connect session leads once to the sign-in page, with values that only this browser can derive', async () => {
  const { browser, clock, isOpen, open, records } = await issued()
  const url = await urlOf(open())
  const { state = '', ...parameters } = Object.fromEntries(url.searchParams)
  expect(url.origin + url.pathname).toBe('https://sign-in.example/authorize')
  expect(parameters).toEqual({
    client_id: 'client',
    response_type: 'code',
    redirect_uri: 'https://broker.example/cb',
    scope: 'ads openid',
    nonce: deriveBrowserSecret(browser, 'nonce', state),
    code_challenge: sha256(deriveBrowserSecret(browser, 'pkce', state)),
    code_challenge_method: 'S256',
    prompt: 'select_account',
    extra: '1',
  })
  expect(await isOpen()).toBe(false)
  expect(await open()).toBeUndefined()
  expect(await records.read('sign-in', state, clock.now())).toMatchObject({
    ...name,
    browserHash: browser.hash,
  })
})

test('a sign-in can take 30 minutes', async () => {
  const { clock, open, records } = await issued()
  const state = (await urlOf(open())).searchParams.get('state') ?? ''
  clock.advance(1799)
  expect(await records.read('sign-in', state, clock.now())).toBeDefined()
  clock.advance(1)
  expect(await records.read('sign-in', state, clock.now())).toBeUndefined()
})

test('a login hint replaces the choice of an account', async () => {
  const { open } = await issued({ loginHint: 'a@x.example' })
  const { searchParams } = await urlOf(open())
  expect([searchParams.get('login_hint'), searchParams.has('prompt')]).toEqual(['a@x.example', false])
})

test.each([
  [{}, 'select_account consent'],
  [{ loginHint: 'a@x.example' }, 'consent'],
])(
  'a provider that always asks for consent also shows its accounts, unless one is named (%o)',
  async (change, prompt) => {
    const { open } = await issued(change, {}, { prompt: 'consent' })
    expect((await urlOf(open())).searchParams.get('prompt')).toBe(prompt)
  },
)

test.each([
  [{ accountChanges: 2 }, { lastPrompt: 'login' }, 'select_account'],
  [{ accountChanges: 3 }, { lastPrompt: 'login' }, 'login'],
  [{ accountChanges: 4 }, { lastPrompt: 'login' }, 'login'],
  [{ accountChanges: 3 }, { prompt: 'consent' }, 'select_account consent'],
] as const)(
  'the third request for another account asks for a name and a password, if the provider can (%o)',
  async (change, row, prompt) => {
    const { open } = await issued({ anotherAccount: true, loginHint: 'a@x.example', ...change }, {}, row)
    const { searchParams } = await urlOf(open())
    expect([searchParams.get('prompt'), searchParams.has('login_hint')]).toEqual([prompt, false])
  },
)

test('a tenant’s claims go into its request, with the choice of an account if no person is named', async () => {
  const claims = '{"access_token":{}}'
  const { searchParams } = await urlOf((await issued({}, { claims })).open())
  expect([searchParams.get('claims'), searchParams.get('prompt')]).toEqual([claims, 'select_account'])
})

test.each([
  ['whose tenant was disconnected since', {}, { disconnectCount: 1 }],
  ['whose tenant is gone', { tenant: 'another' }, {}],
  ['of an environment that isn’t served', { environment: 'sandbox' }, {}],
])('a connect session %s has no sign-in page', async (_title, change, tenant) => {
  const { open } = await issued(change, tenant)
  expect(await open()).toBeUndefined()
})

test('a link that may travel by mail is spent only by pressing its button', async () => {
  const { isOpen, open } = await issued({ asksFirst: true })
  expect(await open()).toEqual({ asksFirst: true, workspace: 'w' })
  expect(await isOpen()).toBe(true)
  expect(await open(undefined, true)).toMatchObject({ url: expect.any(URL), workspace: 'w' })
})

test('a session after a failed sign-in works only in the same browser', async () => {
  const browser = newBrowser()
  const { isOpen, open } = await issued({ browserHash: browser.hash })
  expect(await open(newBrowser())).toBeUndefined()
  expect(await isOpen()).toBe(true)
  expect(await open(browser)).toBeDefined()
})

test('of two concurrent requests, one succeeds', async () => {
  const { open } = await issued()
  const both = await Promise.all([open(), open()])
  expect(both.filter(Boolean)).toHaveLength(1)
})
