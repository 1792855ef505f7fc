import { describe, expect, test } from 'vitest'
import { deriveBrowserSecret, newBinding, sha256 } from '../../shared/access/browser.ts'
import { addSeconds } from '../../shared/clock.ts'
import { authorize } from '../../shared/connect/authorize.ts'
import { recordSessionEnd } from '../../shared/connect/sessionEnd.ts'
import { splitSessionId, withSessionId } from '../../shared/connect/sessionId.ts'
import { issueProgress, readProgress } from '../../shared/connect/sessionProgress.ts'
import { name } from '../simulation/ground.ts'
import { browserWith, connectGround, returnUrl } from './connectGround.ts'

/** A tenant with an open connect session. */
async function issued(change: object = {}, tenant: object = {}, row: object = {}) {
  const own = connectGround(row)
  await own.create(tenant)
  const expiresAt = addSeconds(own.clock.now(), 7200)
  const id = await issueProgress(own, { ...name, returnUrl }, expiresAt)
  const session = { ...name, id, environment: 'production', identityProvider: 'microsoft', returnUrl }
  const asked = { ...session, disconnectCount: 0, ...change }
  const sessionToken = withSessionId(await own.records.issue('session', asked, expiresAt), id)
  const open = (browser: typeof own.browser | undefined = own.browser, pressed = false, userAgent = '') =>
    authorize(own.dependencies, { browser, pressed, sessionToken, userAgent })
  const failure = (failed: string, more: object = {}) => ({
    failed,
    workspace: 'w',
    backUrl: `${returnUrl}?tenant=t&session=${id}&status=failed&error=${failed}`,
    ...more,
  })
  return { ...own, open, failure, session, sessionToken }
}

/** The address of the sign-in page. */
async function urlOf(ended: ReturnType<typeof authorize>): Promise<URL> {
  const authorized = await ended
  if (!('url' in authorized)) throw new Error('no address')
  return authorized.url
}

/** The sign-in that this address began. */
const signInOf = (own: Awaited<ReturnType<typeof issued>>, url: URL) =>
  own.records.read('sign-in', splitSessionId(url.searchParams.get('state') ?? '').oneTimeId, own.clock.now())

test('a connect session leads to the sign-in page, with values that only this browser can derive', async () => {
  const own = await issued()
  const begun = await own.open()
  if (!('url' in begun)) throw new Error('no address')
  const { binding, url } = begun
  const { state = '', ...parameters } = Object.fromEntries(url.searchParams)
  expect(url.origin + url.pathname).toBe('https://sign-in.example/authorize')
  expect(parameters).toEqual({
    client_id: 'client',
    response_type: 'code',
    redirect_uri: 'https://broker.example/cb',
    scope: 'ads openid',
    nonce: deriveBrowserSecret(binding, 'nonce', state),
    code_challenge: sha256(deriveBrowserSecret(binding, 'pkce', state)),
    code_challenge_method: 'S256',
    prompt: 'select_account',
    extra: '1',
  })
  expect(await signInOf(own, url)).toMatchObject({ ...name, browserHash: binding.hash })
  expect(binding.hash).not.toBe(own.binding.hash)
})

test('a link begins 20 sign-ins, each of its own, and then leads back to the app', async () => {
  const { open } = await issued()
  const states: (string | null)[] = []
  for (let opening = 0; opening < 20; opening++)
    states.push((await urlOf(open(undefined))).searchParams.get('state'))
  expect(new Set(states).size).toBe(20)
  expect(await open()).toMatchObject({
    ...{ failed: 'link_not_valid', reason: 'too_many_sign_ins', workspace: 'w' },
  })
})

test('a session says that its link was opened, and how many sign-ins it began', async () => {
  const own = await issued({ asksFirst: true })
  const progress = () => readProgress(own, own.session.id)
  expect(await progress()).toMatchObject({ state: 'created', signIns: 0 })
  own.clock.advance(5)
  await own.open()
  const opened = { state: 'opened', stateSince: own.clock.now().toISOString(), signIns: 0 }
  expect(await progress()).toMatchObject(opened)
  own.clock.advance(5)
  await own.open()
  expect(await progress()).toMatchObject(opened)
  await own.open(undefined, true)
  const started = { state: 'sign_in_started', stateSince: own.clock.now().toISOString(), signIns: 1 }
  expect(await progress()).toMatchObject(started)
  await own.open()
  expect(await progress()).toMatchObject(started)
})

test.each([
  ['the name in its session', { displayName: 'Acme' }, { displayName: 'Before' }, 'Acme'],
  ['the tenant’s name, if its session has none', {}, { displayName: 'Before' }, 'Before'],
])('a link that asks first shows %s', async (_title, session, tenant, displayName) => {
  const { open } = await issued({ asksFirst: true, ...session }, tenant)
  expect(await open()).toMatchObject({ displayName })
})

test.each([
  ['google', '; wv)', 'embedded_browser'],
  ['google', 'Safari/604.1', undefined],
  ['microsoft', '; wv)', undefined],
])('a link to %s in a browser "%s" shows a hint first: %s', async (identityProvider, userAgent, asks) => {
  const own = await issued({ identityProvider }, {}, {})
  const signInTable = () => ({ authorizeUrl: 'https://sign-in.example/', scopes: [] })
  const open = (pressed: boolean) =>
    authorize({ ...(own.dependencies as object), signInTable } as never, {
      ...{ browser: undefined, pressed, sessionToken: own.sessionToken, userAgent },
    })
  const opened = await open(false)
  expect('asks' in opened ? opened.asks : undefined).toBe(asks)
  expect(await open(true)).toHaveProperty('url')
})

test.each([
  ['google', undefined, 'https://broker.example/cb/google', 'google'],
  ['microsoft', 'google', 'https://broker.example/cb', undefined],
])('a sign-in at %s after one at %s returns to %s, and remembers it', async (provider, before, uri, own) => {
  const world = await issued({ callbackOf: before }, {}, { identityProvider: provider })
  const url = await urlOf(world.open())
  expect(url.searchParams.get('redirect_uri')).toBe(uri)
  expect((await signInOf(world, url)) as object).toEqual(
    own ? expect.objectContaining({ callbackOf: own }) : expect.not.objectContaining({ callbackOf: before }),
  )
})

describe('a link with which someone has connected', () => {
  /** The link of a session whose consent was kept, and ended here for its browser. */
  async function spent(change: object = {}) {
    const own = await issued({}, { spentSessions: ['x'] })
    const { id } = own.session
    const stored = own.tenants.row(name)
    if (stored) await own.tenants.replace(stored, { ...stored.tenant, spentSessions: [id], ...change }, [])
    const end = (returnUrl = 'https://app.example/back?status=connected') =>
      recordSessionEnd(own, id, { binding: own.binding, returnUrl, tenant: own.row() })
    return { ...own, end }
  }

  test('leads the same browser to the result for 10 minutes, and every other one back to the app', async () => {
    const { clock, end, failure, open } = await spent()
    await end()
    expect(await open()).toEqual({ returnUrl: 'https://app.example/back?status=connected' })
    expect(await open(browserWith(newBinding()))).toEqual(failure('link_already_used'))
    clock.advance(599)
    expect(await open()).toHaveProperty('returnUrl')
    clock.advance(1)
    expect(await open()).toEqual(failure('link_already_used'))
  })

  test('waits for the result while the accounts are written, at most 20 seconds', async () => {
    const { clock, end, open } = await spent()
    const opened = open()
    await end()
    expect(await clock.run(opened)).toHaveProperty('returnUrl')
    const crashed = await spent()
    expect(await crashed.clock.run(crashed.open())).toEqual(crashed.failure('link_already_used'))
    expect(crashed.clock.passed()).toBe(20)
  })

  test('begins no sign-in, even if the row lists newer sessions only', async () => {
    const { clock, end, open } = await spent({ spentSessions: ['newer'] })
    await end()
    expect(await clock.run(open())).toHaveProperty('returnUrl')
  })

  test('leads to the result after it has expired, too', async () => {
    const { clock, end, failure, open } = await spent()
    clock.advance(7200)
    await end()
    expect(await open()).toHaveProperty('returnUrl')
    expect(await open(browserWith(newBinding()))).toEqual(failure('link_already_used'))
  })
})

test('an expired link leads back to its app for a day', async () => {
  const { clock, failure, open } = await issued()
  clock.advance(7200)
  expect(await open()).toEqual(failure('link_not_valid'))
  clock.advance(86_399)
  expect(await open()).toEqual(failure('link_not_valid'))
  clock.advance(1)
  expect(await open()).toEqual({ failed: 'link_not_valid' })
})

test('a sign-in can take 30 minutes', async () => {
  const own = await issued()
  const url = await urlOf(own.open())
  own.clock.advance(1799)
  expect(await signInOf(own, url)).toBeDefined()
  own.clock.advance(1)
  expect(await signInOf(own, url)).toBeUndefined()
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
])('a connect session %s has no sign-in page, only the way back', async (_title, change, tenant) => {
  const { open } = await issued(change, tenant)
  expect(await open()).toMatchObject({ failed: 'link_not_valid', workspace: 'w' })
})

test('a link that may travel by mail begins a sign-in only if its button is pressed', async () => {
  const { open } = await issued({ asksFirst: true })
  for (let scanner = 0; scanner < 30; scanner++)
    expect(await open()).toEqual({ asks: 'link_may_be_mailed', workspace: 'w', displayName: undefined })
  expect(await open(undefined, true)).toMatchObject({ url: expect.any(URL), workspace: 'w' })
})

test('a session after a failed sign-in works only in the same browser', async () => {
  const binding = newBinding()
  const { failure, open } = await issued({ browserHash: binding.hash })
  expect(await open(browserWith(newBinding()))).toEqual(failure('link_not_valid'))
  expect(await open(browserWith(newBinding(), binding))).toHaveProperty('url')
})

test('each of two concurrent requests begins a sign-in, and both are counted', async () => {
  const { open } = await issued()
  const all = await Promise.all(Array.from({ length: 4 }, () => open()))
  expect(all.every((each) => 'url' in each)).toBe(true)
  for (let opening = 4; opening < 20; opening++) await urlOf(open())
  expect(await open()).toMatchObject({ failed: 'link_not_valid', reason: 'too_many_sign_ins' })
})

test('a link from an earlier version, without a session’s id, begins a sign-in', async () => {
  const own = await issued()
  const asked = { ...own.session, id: 'earlier', disconnectCount: 0 }
  const sessionToken = await own.records.issue('session', asked, addSeconds(own.clock.now(), 60))
  const { browser, dependencies } = own
  expect(
    await authorize(dependencies, { browser, pressed: false, sessionToken, userAgent: '' }),
  ).toHaveProperty('url')
})
