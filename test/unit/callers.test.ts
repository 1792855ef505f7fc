import { beforeEach, describe, expect, test } from 'vitest'
import { type Callers, createCallers } from '../../shared/access/callers.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { Problem } from '../../shared/problems.ts'
import { type Claims, createKeyAddress, createSigner, unsigned } from './signedTokens.ts'

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
  callers = createCallers({ callerIssuers, workspaces }, { fetch: address.fetch })
})

const call = async (change: Claims = {}, by = signer) => {
  return callers.authenticate(`Bearer ${await by.sign({ ...good, ...change })}`)
}
const problemOf = async (calling: unknown) => {
  const error = await Promise.resolve(calling).catch((problem: unknown) => problem)
  if (!(error instanceof Problem)) throw new Error(`no problem but ${JSON.stringify(error)}`)
  return { code: error.code, detail: error.extras.detail ?? '' }
}

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
    ['sub, of other issuers', { azp: undefined }, 'service-principal'],
  ])('is known by %s', async (_title, change, app) => {
    expect((await call(change)).app).toBe(app)
  })

  test('can use any listed audience, with a clock difference of half a minute', async () => {
    expect(await call({ aud: ['x', 'broker-client-id'] })).toMatchObject({ app: 'the-app' })
    expect(await call({ nbf: now + 20 })).toMatchObject({ app: 'the-app' })
  })

  test.each<[string, Claims]>([
    ['not yet valid', { nbf: now + 600 }],
    ['expired', { exp: now - 60 }],
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

  test('is verified once, then remembered', async () => {
    const header = `Bearer ${await signer.sign(good)}`
    expect(await callers.authenticate(header)).toBe(await callers.authenticate(header))
  })

  test('has the rights that the broker knows, regardless of other roles', async () => {
    const rightsOf = async (roles: unknown) => [...(await call({ roles })).rights]
    expect(await rightsOf(['Broker.Operate', 'Everything', 'tokens.vend'])).toEqual(['Broker.Operate'])
    expect(await rightsOf([['Tokens.Vend'], 1, null])).toEqual([])
    expect(await rightsOf('Tokens.Vend')).toEqual([])
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
      detail: 'The bearer token’s signature isn’t valid.',
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
