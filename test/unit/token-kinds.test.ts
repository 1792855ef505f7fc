import { beforeEach, describe, expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { missingRole } from '../../shared/access/missingRole.ts'
import { Problem } from '../../shared/problems.ts'
import type { CallerIssuer } from '../../shared/settings/callerIssuers.ts'
import { type Claims, createHandClock, createKeyAddress, createSigner, type Signer } from './signedTokens.ts'

const signer = await createSigner('one')
const stranger = await createSigner('one')
const now = Math.floor(Date.now() / 1000)
const year = 366 * 86_400
const good: Claims = {
  ...{ iss: 'https://issuer.example', aud: 'api://broker', azp: 'the-app', sub: 'subject' },
  ...{ roles: ['Tokens.Vend', 'Broker.Operate'], iat: now, exp: now + 3600 },
}

let address: ReturnType<typeof createKeyAddress>
beforeEach(() => {
  address = createKeyAddress(signer)
})

async function authenticate(
  token: string,
  {
    change = {},
    fetch = address.fetch,
  }: { change?: Partial<CallerIssuer>; fetch?: typeof globalThis.fetch } = {},
) {
  const issuer: CallerIssuer = {
    ...{ issuer: 'https://issuer.example', jwksUrl: 'https://issuer.example/keys' },
    ...{ audiences: ['api://broker'], algorithms: ['RS256'], ...change },
  }
  const callers = createCallers(
    { callerIssuers: [issuer], workspaces: [] },
    { clock: createHandClock(), fetch, compareClocks: async () => undefined },
  )
  return callers.authenticate(`Bearer ${token}`)
}
const problemOf = async (calling: Promise<unknown>) => {
  const error = await calling.then(
    (caller) => JSON.stringify(caller),
    (problem: unknown) => problem,
  )
  if (!(error instanceof Problem)) throw new Error(`no problem but ${error}`)
  return { code: error.code, detail: error.extras.detail ?? '' }
}
const signed = (claims: Claims, header: Claims = {}, by: Signer = signer) =>
  by.sign({ ...good, ...claims }, header)

/** What isn't an access token of an app for this broker. */
const wrong: [what: string, claims: Claims, header: Claims, detail: RegExp][] = [
  ...['logout+jwt', 'id_token+jwt', 'dpop+jwt', 'secevent+jwt', 'JWE', 'at', '', 1].map(
    (typ) => [`of the type ${typ}`, {}, { typ }, /kind \(typ\)/] as [string, Claims, Claims, RegExp],
  ),
  ['that is an ID token, by its nonce', { nonce: 'x' }, {}, /is an ID token/],
  ['that is an ID token, by at_hash', { at_hash: 'x' }, {}, /is an ID token/],
  ['that is an ID token, by c_hash', { c_hash: 'x' }, {}, /is an ID token/],
  ['bound to a key', { cnf: { jkt: 'x' } }, {}, /\(cnf\)/],
  ['bound to nothing', { cnf: null }, {}, /\(cnf\)/],
  ['with nested roles', { roles: [['Tokens.Vend']] }, {}, /roles/],
  ['with roles as a text', { roles: 'Tokens.Vend' }, {}, /roles/],
  ['with roles as an object', { roles: { 'Tokens.Vend': true } }, {}, /roles/],
  ['valid for more than a year', { exp: now + year + 60 }, {}, /\(exp\)/],
  ['valid beyond all dates', { exp: 1e18 }, {}, /\(exp\)/],
  ['whose key’s id is a number', {}, { kid: 1 }, /\(kid\)/],
  ['whose key’s id is an object', {}, { kid: {} }, /\(kid\)/],
]

describe('a bearer token is refused', () => {
  test.each(wrong)('%s', async (_what, claims, header, detail) => {
    const problem = await problemOf(authenticate(await signed(claims, header)))
    expect(problem.code).toBe('caller_not_authenticated')
    expect(problem.detail).toMatch(detail)
  })

  test.each(wrong)('%s, also while its issuer’s keys can’t be fetched', async (_what, claims, header) => {
    address.fault = 'cut'
    const problem = await problemOf(authenticate(await signed(claims, header)))
    expect(problem.code).toBe('caller_not_authenticated')
    expect(address.calls).toBe(0)
  })

  test.each<[string, Claims]>([
    ['issued in the future', { iat: now + 60 }],
    ['whose azp is an object, even with an appid', { azp: {}, appid: 'the-app' }],
    ['whose azp is empty', { azp: '' }],
    ['whose azp is a list', { azp: ['the-app'] }],
    ['whose azp is null', { azp: null, appid: 'the-app' }],
    ['whose azp has a control character', { azp: 'the\u0007app' }],
    ['whose azp is long', { azp: 'a'.repeat(257) }],
    ['that names nobody but a subject', { azp: undefined }],
  ])('%s', async (_what, claims) => {
    expect((await problemOf(authenticate(await signed(claims)))).code).toBe('caller_not_authenticated')
  })

  test.each<[string, Claims]>([
    ['jku', { jku: 'https://evil.example/keys' }],
    ['x5u', { x5u: 'https://evil.example/chain' }],
    ['jwk', { jwk: stranger.jwk }],
    ['x5c', { x5c: ['MIIB'] }],
    ['crit', { crit: ['exp'] }],
    ['a kid with a path', { kid: '../../keys' }],
    ['a kid of an object’s own member', { kid: '__proto__' }],
    ['a long kid', { kid: 'k'.repeat(4000) }],
    ['no kid', { kid: undefined }],
  ])('that a stranger signed, with %s; no other address is asked for keys', async (_what, header) => {
    const asked: string[] = []
    const fetch = ((url: string | URL) => {
      asked.push(String(url))
      return address.fetch(String(url))
    }) as typeof globalThis.fetch
    const token = await stranger.sign(good, header).catch(() => undefined)
    if (token === undefined) return expect(header).toHaveProperty('crit')
    expect((await problemOf(authenticate(token, { fetch }))).code).toBe('caller_not_authenticated')
    expect(new Set(asked)).toEqual(new Set(['https://issuer.example/keys']))
  })

  test('for its signature’s length while its issuer’s keys can’t be fetched', async () => {
    address.fault = 'cut'
    const [header, claims] = (await signed({})).split('.')
    for (const [signature, code] of [
      ['AAAA', 'caller_not_authenticated'],
      [Buffer.alloc(63).toString('base64url'), 'caller_not_authenticated'],
      [Buffer.alloc(64).toString('base64url'), 'identity_provider_unavailable'],
    ])
      expect((await problemOf(authenticate(`${header}.${claims}.${signature}`))).code).toBe(code)
  })
})

describe('a bearer token is accepted', () => {
  test.each<[string, Claims, Claims]>([
    ['without a type', {}, {}],
    ['of the type JWT', {}, { typ: 'jwt' }],
    ['of the type of RFC 9068', {}, { typ: 'at+jwt' }],
    ['of that type in full', {}, { typ: 'application/at+jwt' }],
    ['issued half a minute in the future', { iat: now + 29 }, {}],
    ['valid for a year', { exp: now + year - 60 }, {}],
    ['without roles', { roles: undefined }, {}],
  ])('%s', async (_what, claims, header) => {
    expect(await authenticate(await signed(claims, header))).toMatchObject({ app: 'the-app' })
  })
})

describe('a person’s token', () => {
  test.each<[string, Claims]>([
    ['by idtyp', { idtyp: 'user' }],
    ['by scp', { scp: 'Broker.Use' }],
    ['by an empty scp', { scp: '' }],
  ])('(%s) can only operate the broker, and a refusal says so', async (_by, claims) => {
    const caller = await authenticate(await signed({ ...claims, oid: 'person' }))
    expect(caller).toMatchObject({ rights: new Set(['Broker.Operate']), isPerson: true })
    expect(caller.objectId).toBeUndefined()
    expect(missingRole(caller, 'Tokens.Vend').extras.detail).toMatch(/^The token is a person’s/)
  })
})

describe('a subject', () => {
  const named = async (claims: Claims, subjects: CallerIssuer['subjects']) =>
    authenticate(await signed({ azp: 'client', ...claims }), { change: { subjects, namespace: 'ci' } })
  const sub = 'repo:acme/ads:environment:production'

  test('that is listed is an app with the listed roles, whatever else its token says', async () => {
    const caller = await named({ sub, scp: 'x', idtyp: 'user' }, [
      { subject: sub, roles: ['Tenants.Manage'] },
    ])
    expect(caller).toMatchObject({ app: `ci:${sub}`, rights: new Set(['Tenants.Manage']) })
    expect(caller.isPerson).toBeUndefined()
  })

  test('without listed roles has those of its token', async () => {
    expect(await named({ sub, roles: ['Tokens.Vend'] }, [{ subject: sub }])).toMatchObject({
      rights: new Set(['Tokens.Vend']),
    })
  })

  test.each([
    [sub, sub, true],
    [sub, `${sub}x`, false],
    [sub, sub.toUpperCase(), false],
    ['repo:acme/ads:environment:*', sub, true],
    ['repo:acme/ads:environment:*', 'repo:acme/ads:environment:', false],
    ['repo:acme/ads:*', sub, false],
    ['repo:acme/*', 'repo:acme/ads:x', false],
    ['repo:*', 'repo:acme', true],
    ['repo:*', 'repo:acme/ads', false],
    ['a.c', 'abc', false],
  ])('listed as %s: %s: %s', async (subject, given, isListed) => {
    const calling = named({ sub: given }, [{ subject, roles: ['Tokens.Vend'] }])
    if (isListed) expect((await calling).app).toBe(`ci:${given}`)
    else expect((await problemOf(calling)).detail).toMatch(/subjects in CALLER_ISSUERS/)
  })

  test.each([undefined, '', 1, ['a'], { a: 1 }])('that is %j is nobody', async (odd) => {
    expect((await problemOf(named({ sub: odd }, [{ subject: 'a' }]))).code).toBe('caller_not_authenticated')
  })
})

describe('an issuer’s keys', () => {
  test.each<[string, object]>([
    ['without a modulus', { kty: 'RSA', e: 'AQAB' }],
    ['with a broken modulus', { kty: 'RSA', n: '!', e: 'AQAB' }],
    ['of an unknown kind', { kty: 'XYZ' }],
    ['that is half private', { ...signer.jwk, d: 'AQAB' }],
    ['of 512 bits', { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(64, 0xc3).toString('base64url') }],
  ])('%s: a token that names it is refused, and other tokens are not', async (_what, key) => {
    address.keys.push({ ...key, kid: 'broken', alg: 'RS256', use: 'sig' })
    expect((await problemOf(authenticate(await signed({}, { kid: 'broken' })))).code).toBe(
      'caller_not_authenticated',
    )
    expect(await authenticate(await signed({}))).toMatchObject({ app: 'the-app' })
  })

  test('of more than a mebibyte are not read', async () => {
    let taken = 0
    const piece = new TextEncoder().encode(' '.repeat(65_536))
    const pull = (controller: ReadableStreamDefaultController) => {
      taken++
      if (taken < 200) controller.enqueue(piece)
      else controller.close()
    }
    const fetch = (async () => new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))) as never
    expect((await problemOf(authenticate(await signed({}), { fetch }))).code).toBe(
      'identity_provider_unavailable',
    )
    expect(taken).toBe(3 * 17)
  })
})
