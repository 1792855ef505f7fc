import { describe, expect, test } from 'vitest'
import { splitSessionId } from '../../shared/connect/sessionId.ts'
import { connectSessionBody, createConnectSession } from '../../shared/connect/sessions.ts'
import { Problem } from '../../shared/problems.ts'
import { connected, name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'

const asked = { environment: 'production', returnUrl }
const isGood = (change: object) => connectSessionBody.safeParse({ ...asked, ...change }).success
const create = (own: ReturnType<typeof connectGround>, change: object = {}) =>
  createConnectSession(own.dependencies, name, connectSessionBody.parse({ ...asked, ...change }))
const tokenOf = (url: string) => splitSessionId(new URL(url).searchParams.get('session') ?? '').oneTimeId

describe('the body of a connect session', () => {
  test('has the documented defaults', () => {
    expect(connectSessionBody.parse(asked)).toEqual({
      ...{ ...asked, allowDifferentUser: false, accountChoice: 'page', expiresIn: 900 },
    })
  })

  test.each([
    [{ expiresIn: 60 }, { expiresIn: 59 }],
    [{ expiresIn: 604_800 }, { expiresIn: 604_801 }],
    [{ expiresIn: 61 }, { expiresIn: 60.5 }],
    [{ loginHint: 'x'.repeat(320) }, { loginHint: 'x'.repeat(321) }],
    [{ loginHint: 'x' }, { loginHint: '' }],
    [{ displayName: 'x'.repeat(200) }, { displayName: 'x'.repeat(201) }],
    [{ displayName: 'x' }, { displayName: '' }],
    [
      { returnUrl: `https://a.example/${'x'.repeat(1982)}` },
      { returnUrl: `https://a.example/${'x'.repeat(1983)}` },
    ],
    [
      { identityProvider: 'google', signInWith: 'google' },
      { identityProvider: 'google', signInWith: 'work' },
    ],
    [
      { identityProvider: 'microsoft', signInWith: 'work' },
      { identityProvider: 'microsoft', signInWith: 'google' },
    ],
  ])('is accepted at a limit and refused beyond it (%#)', (good, bad) => {
    expect([isGood(good), isGood(bad)]).toEqual([true, false])
  })
})

describe('a connect session', () => {
  test('for a new tenant is refused if the app may not create another; a known tenant needs no asking', async () => {
    const own = connectGround()
    const admit = () => {
      throw new Problem('too_many_requests')
    }
    const dependencies = { ...(own.dependencies as object), admit } as never
    const ask = () => createConnectSession(dependencies, name, connectSessionBody.parse(asked))
    await expect(ask()).rejects.toMatchObject({ code: 'too_many_requests' })
    expect(own.row()).toBeUndefined()
    await own.create()
    expect(await ask()).toHaveProperty('connectUrl')
  })

  test('can be used until it expires, and names its tenant', async () => {
    const own = connectGround()
    await own.create({ disconnectCount: 3 })
    const { connectUrl, expiresAt, id } = await create(own, { expiresIn: 60 })
    expect(connectUrl).toMatch(/^https:\/\/broker\.example\/oauth\/authorize\?session=/)
    expect(Date.parse(expiresAt) - own.clock.now().getTime()).toBe(60_000)
    own.clock.advance(59.999)
    const session = await own.records.read('session', tokenOf(connectUrl), own.clock.now())
    expect(session).toMatchObject({ ...name, id, returnUrl, disconnectCount: 3 })
    expect(session).not.toHaveProperty('expiresIn')
    own.clock.advance(0.001)
    expect(await own.records.read('session', tokenOf(connectUrl), own.clock.now())).toBeUndefined()
  })

  test.each([
    [3600, false],
    [3601, true],
  ])('that is valid for %i s requires a button press first: %s', async (expiresIn, asksFirst) => {
    const own = connectGround()
    const { connectUrl } = await create(own, { expiresIn })
    expect(await own.records.read('session', tokenOf(connectUrl), own.clock.now())).toMatchObject({
      asksFirst,
    })
  })

  test.each([
    [3600, undefined, false],
    [3601, undefined, true],
    [3600, true, true],
    [3601, false, false],
  ])(
    'that is valid for %i s, with confirm %s, needs the app’s confirmation: %s',
    async (expiresIn, confirm, needs) => {
      const own = connectGround()
      const { connectUrl } = await create(own, { expiresIn, confirm })
      const session = await own.records.read('session', tokenOf(connectUrl), own.clock.now())
      expect(session).toMatchObject({ confirm: needs })
    },
  )

  test.each([
    ['the named one', { identityProvider: 'google' }, false, 'google'],
    ['that of the kind of account', { signInWith: 'google' }, false, 'google'],
    ['the tenant’s own', {}, true, 'google'],
    ['microsoft, if nothing else is known', {}, false, 'microsoft'],
  ])('uses an identity provider: %s', async (_title, change, isGoogle, provider) => {
    const own = connectGround()
    const tenant = connected('')
    if (isGoogle) await own.create({ grant: { ...connected('').grant, identityProvider: 'google' } as never })
    const asks: unknown[] = []
    const signInTable = (key: unknown) => asks.push(key)
    await createConnectSession({ ...(own.dependencies as object), signInTable } as never, tenant, {
      ...connectSessionBody.parse({ ...asked, ...change }),
    })
    expect(asks).toEqual([{ environment: 'production', identityProvider: provider }])
  })

  test('returns to the workspace’s first return URL unless the app names another one', async () => {
    const own = connectGround()
    const { connectUrl } = await create(own, { returnUrl: undefined })
    expect(await own.records.read('session', tokenOf(connectUrl), own.clock.now())).toMatchObject({
      returnUrl,
    })
    const noPages = { workspace: 'without-pages', tenant: 'acme' }
    const asked = connectSessionBody.parse({ environment: 'production' })
    await expect(createConnectSession(own.dependencies, noPages, asked)).rejects.toMatchObject({
      ...{ code: 'invalid_request', extras: { detail: expect.stringContaining('workspace without-pages') } },
    })
  })

  test.each([
    ['environment', { environment: 'sandbox' }],
    ['identityProvider', { identityProvider: 'google' }],
    ['returnUrl', { returnUrl: `${returnUrl}/more` }],
    ['returnUrl', { returnUrl: 'https://other.example/' }],
    ['returnUrl', { returnUrl: ` ${returnUrl}` }],
    ['returnUrl', { returnUrl: `${returnUrl}\n` }],
    ['returnUrl', { returnUrl: 'no URL' }],
  ])('is refused because of its %s, and creates no tenant (%#)', async (field, change) => {
    const own = connectGround()
    await expect(create(own, change)).rejects.toMatchObject({
      ...{ code: 'invalid_request', extras: { members: { errors: [{ in: 'body', field }] } } },
    })
    expect(own.tenants.row(name)).toBeUndefined()
  })
})
