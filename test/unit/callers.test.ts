import { beforeEach, describe, expect, test } from 'vitest'
import { type Callers, createCallers } from '../../shared/access/callers.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { Problem } from '../../shared/problems.ts'
import { type Claims, createHandClock, createKeyAddress, createSigner, unsigned } from './signedTokens.ts'

const signer = await createSigner('one')
const stranger = await createSigner('one')
const elliptic = await createSigner('curve', 'ES256')

const now = Math.floor(Date.now() / 1000)
const good: Claims = {
  iss: 'https://issuer.example/v2.0',
  aud: 'api://broker',
  azp: 'the-app',
  sub: 'service-principal',
  roles: ['Tokens.Vend'],
  iat: now,
  exp: now + 3600,
}
const trusted = (issuer: string, namespace?: string) => ({
  issuer,
  jwksUrl: `${issuer}/keys`,
  audiences: ['api://broker', 'broker-client-id'],
  algorithms: ['RS256' as const],
  ...(namespace !== undefined && { namespace }),
})
const workspaces = [
  { workspace: 'agency', apps: ['the-app', 'partner:the-app'], returnUrls: [] },
  { workspace: 'lone-app', apps: [], returnUrls: [] },
]

let address: ReturnType<typeof createKeyAddress>
let callers: Callers

beforeEach(() => {
  address = createKeyAddress(signer, elliptic)
  const callerIssuers = [
    trusted('https://issuer.example/v2.0', ''),
    trusted('https://partner.example', 'partner'),
    trusted('https://partner.example/v1', 'partner'),
  ]
  callers = createCallers({ callerIssuers, workspaces }, { clock: createHandClock(), fetch: address.fetch })
})

const call = async (change: Claims = {}, by = signer) => {
  return callers.authenticate(`Bearer ${await by.sign({ ...good, ...change })}`)
}
const problemOf = async (calling: unknown) => {
  const error = await Promise.resolve(calling).catch((problem: unknown) => problem)
  if (!(error instanceof Problem)) throw new Error(`no problem but ${JSON.stringify(error)}`)
  return { code: error.code, detail: error.extras.detail ?? '' }
}

test('the issuers’ keys are fetched ahead, each address once', async () => {
  await callers.preload()
  expect(address.calls).toBe(3)
  await call()
  expect(address.calls).toBe(3)
})

describe('a caller', () => {
  test('is the app of its token, in the workspace from the settings, with its rights', async () => {
    expect(await call()).toEqual({
      app: 'the-app',
      workspace: 'agency',
      rights: new Set(['Tokens.Vend']),
      token: { issuedAt: new Date(now * 1000), expiresAt: new Date((now + 3600) * 1000) },
    })
  })

  test.each<[string, Claims, string]>([
    ['azp', {}, 'the-app'],
    ['appid, of version 1 tokens', { azp: undefined, appid: 'v1-app' }, 'v1-app'],
  ])('is known by %s', async (_title, change, app) => {
    expect((await call(change)).app).toBe(app)
  })

  test('can use any listed audience, with a clock difference of half a minute', async () => {
    expect(await call({ aud: ['x', 'broker-client-id'] })).toMatchObject({ app: 'the-app' })
    expect(await call({ nbf: now + 20 })).toMatchObject({ app: 'the-app' })
  })

  test.each<[string, Claims]>([
    ['not yet valid', { nbf: now + 600 }],
    ['expired', { exp: now - 60, iat: now - 3600 }],
  ])('whose token is %s only by the broker’s clock is accepted', async (_what, claims) => {
    let seconds = now
    const clock = { now: () => new Date(seconds * 1000), sleep: async () => undefined }
    let answers = false
    const compareClocks = async () => {
      if (!answers) throw new StorageUnavailableError('tables', 503, 'ServerBusy')
      seconds = claims.nbf === undefined ? now - 120 : now + 600
    }
    const callerIssuers = [trusted('https://issuer.example/v2.0', '')]
    callers = createCallers({ callerIssuers, workspaces }, { fetch: address.fetch, clock, compareClocks })
    await expect(call(claims)).rejects.toBeInstanceOf(StorageUnavailableError)
    answers = true
    expect(await call(claims)).toMatchObject({ app: 'the-app' })
  })

  test('whose token is invalid for another reason causes no clock comparison', async () => {
    let compared = 0
    const compareClocks = async () => {
      compared++
    }
    const callerIssuers = [trusted('https://issuer.example/v2.0', '')]
    callers = createCallers({ callerIssuers, workspaces }, { fetch: address.fetch, compareClocks })
    expect(await problemOf(call({ aud: 'another' }))).toMatchObject({ code: 'caller_not_authenticated' })
    expect(compared).toBe(0)
  })

  test('of either version of a directory’s tokens needs one fetch of its keys', async () => {
    const [two, one] = ['https://issuer.example/v2.0', 'https://sts.example/']
    const callerIssuers = [trusted(two), { ...trusted(two), issuer: one }]
    callers = createCallers({ callerIssuers, workspaces }, { fetch: address.fetch })
    await call({ iss: two })
    expect(await call({ iss: one, azp: undefined, appid: 'the-app' })).toMatchObject({ app: 'the-app' })
    expect(address.calls).toBe(1)
  })

  test('is verified once, then remembered', async () => {
    const header = `Bearer ${await signer.sign(good)}`
    expect(await callers.authenticate(header)).toBe(await callers.authenticate(header))
  })

  test('has the rights that the broker knows, regardless of other roles', async () => {
    const rightsOf = async (roles: unknown) => [...(await call({ roles })).rights]
    expect(await rightsOf(['Broker.Operate', 'Everything', 'tokens.vend'])).toEqual(['Broker.Operate'])
    expect(await rightsOf([])).toEqual([])
  })
})

describe('a bearer token is refused', () => {
  test.each<[string, Claims, RegExp]>([
    ['for another audience', { aud: 'api://other' }, /claim aud/],
    ['for no audience', { aud: undefined }, /claim aud/],
    ['that has expired', { exp: now - 60 }, /expired/],
    ['that never expires', { exp: undefined }, /claim exp/],
    ['that is not valid yet', { nbf: now + 60 }, /claim nbf/],
    ['of an issuer that nobody trusts', { iss: 'https://evil.example' }, /CALLER_ISSUERS/],
    ['of an issuer that merely begins like a trusted one', { iss: `${good.iss}/` }, /CALLER_ISSUERS/],
    ['of no issuer', { iss: undefined }, /CALLER_ISSUERS/],
    ['that names no app', { azp: undefined, sub: undefined }, /names no app/],
  ])('%s', async (_title, change, detail) => {
    const problem = await problemOf(call(change))
    expect(problem.code).toBe('caller_not_authenticated')
    expect(problem.detail).toMatch(detail)
  })

  test.each([
    ['that another party signed under the issuer’s key id', () => stranger.sign(good)],
    ['of an algorithm that the issuer is not trusted with', () => elliptic.sign(good)],
    ['that brings its own key', () => stranger.sign(good, { jwk: stranger.jwk })],
    ['without a signature', async () => unsigned(good)],
    ['that calls the public key a secret', async () => unsigned(good, 'HS256')],
  ])('%s', async (_title, sign) => {
    const problem = await problemOf(callers.authenticate(`Bearer ${await sign()}`))
    expect(problem).toEqual({
      code: 'caller_not_authenticated',
      detail: expect.stringMatching(/signature isn’t valid|algorithm/),
    })
  })

  test.each([null, '', 'Basic YTpi', 'Bearer', 'Bearer a.b', 'Bearer a.b.c d', 'a.b.c'])(
    'if the header is "%s"',
    async (header) => {
      expect((await problemOf(callers.authenticate(header))).code).toBe('caller_not_authenticated')
    },
  )

  test('as a temporary failure while the issuer’s keys can’t be fetched', async () => {
    address.fault = 'status'
    expect((await problemOf(call())).code).toBe('identity_provider_unavailable')
  })

  test('for good if no key could make it valid, even while the issuer’s keys can’t be fetched', async () => {
    address.fault = 'status'
    for (const change of [
      { aud: 'api://other' },
      { aud: undefined },
      { exp: now - 60 },
      { exp: undefined },
      { exp: 'x' },
    ])
      expect((await problemOf(call(change))).code).toBe('caller_not_authenticated')
  })

  test('with what it says of itself, never with the token', async () => {
    const detailOf = async (change: Claims) =>
      (await problemOf(call({ iss: 'https://evil.example', ...change }))).detail
    expect(await detailOf({ ver: '2.0' })).toBe(
      'The bearer token was not issued by a trusted issuer (CALLER_ISSUERS): iss "https://evil.example", aud "api://broker", ver "2.0".',
    )
    expect(await detailOf({ aud: ['a', 1, ['x'], 'c'], ver: undefined })).toContain(
      'aud "a" and "1" and a list and more, ver is missing.',
    )
    expect(await detailOf({ iss: { a: 1 }, aud: [] })).toContain('iss is no text, aud is empty, ver')
    expect(await detailOf({ aud: '"<b>\n\u202e' })).toContain('aud "\\"<b>??",')
    const long = await detailOf({
      iss: 'i'.repeat(9000),
      aud: Array(500).fill('a'.repeat(900)),
      ver: 'v'.repeat(900),
    })
    expect(long.length).toBeLessThan(1200)
    expect(long).toContain(`${'v'.repeat(200)}…"`)
  })

  test('with the way out if Entra issued it in version 1', async () => {
    const iss = 'https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/'
    const { detail } = await problemOf(call({ iss, ver: '1.0' }))
    expect(detail).toContain(`iss "${iss}", aud "api://broker", ver "1.0".`)
    expect(detail).toContain('requestedAccessTokenVersion')
    expect((await problemOf(call({ iss: 'https://evil.example/sts.windows.net/' }))).detail).not.toContain(
      'version 1',
    )
  })

  test('with its audience if that isn’t its issuer’s', async () => {
    expect((await problemOf(call({ aud: 'api://other' }))).detail).toBe(
      'The bearer token’s claim aud isn’t valid: its issuer isn’t trusted for "api://other" (audiences in CALLER_ISSUERS).',
    )
  })

  test('as a temporary failure if its key may be newer than the last look for one', async () => {
    const newer = await createSigner('newer')
    await call()
    expect((await problemOf(call({}, newer))).code).toBe('caller_not_authenticated')
    await expect(call({}, newer)).rejects.toMatchObject({
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 30, members: { reason: 'caller_key_not_known_yet' } },
    })
  })
})

describe('issuers do not name each other’s apps', () => {
  test('a namespace precedes the app, wherever apps are named', async () => {
    expect(await call({ iss: 'https://partner.example' })).toMatchObject({
      app: 'partner:the-app',
      workspace: 'agency',
    })
    expect(await call({ iss: 'https://partner.example', azp: 'another' })).toMatchObject({
      workspace: 'partner:another',
    })
  })

  test('two issuers with the same namespace share their apps', async () => {
    const [one, other] = ['https://partner.example', 'https://partner.example/v1']
    expect((await call({ iss: one, azp: 'x' })).workspace).toBe(
      (await call({ iss: other, azp: 'x' })).workspace,
    )
  })

  test('an issuer without a namespace can’t claim another’s', async () => {
    expect(await problemOf(call({ azp: 'partner:the-app' }))).toMatchObject({
      code: 'caller_not_authenticated',
    })
  })

  test('an app’s name alone gives access only to its own workspace', async () => {
    expect(await problemOf(call({ azp: 'agency' }))).toMatchObject({ code: 'caller_not_allowed' })
    expect(await call({ azp: 'lone-app' })).toMatchObject({ workspace: 'lone-app' })
  })
})

describe('an app that WORKSPACES lists by its object ID', () => {
  const byObjectId = (app: string) => {
    const callerIssuers = [
      trusted('https://issuer.example/v2.0', ''),
      trusted('https://partner.example', 'partner'),
    ]
    callers = createCallers(
      { callerIssuers, workspaces: [{ workspace: 'agency', apps: [app], returnUrls: [] }] },
      { fetch: address.fetch },
    )
  }
  const app = { azp: 'client', oid: 'object', sub: 'object', roles: ['Tokens.Vend'] }

  test('is told so, with its client ID', async () => {
    byObjectId('object')
    await expect(call(app)).rejects.toMatchObject({
      code: 'caller_not_allowed',
      extras: {
        detail: 'WORKSPACES lists the app’s object ID object. List its client ID client instead.',
        members: { app: 'client' },
      },
    })
    byObjectId('partner:object')
    expect((await problemOf(call({ ...app, iss: 'https://partner.example' }))).detail).toContain(
      'partner:client instead',
    )
    // Another issuer's.
    expect(await call(app)).toMatchObject({ workspace: 'client' })
  })

  test('is not meant if its client ID is listed, or a person’s object ID', async () => {
    byObjectId('client')
    expect(await call(app)).toMatchObject({ workspace: 'agency' })
    byObjectId('object')
    expect(await call({ ...app, scp: 'Broker.Use' })).toMatchObject({ workspace: 'client' })
  })
})
