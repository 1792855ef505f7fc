import { beforeEach, describe, expect, test } from 'vitest'
import { createIdTokenChecker, type IdTokenChecker } from '../../shared/identity/idToken.ts'
import { KeysUnreachableError } from '../../shared/identity/keySource.ts'
import { consumerTenantId, type SignInRow } from '../../shared/identity/signInTable.ts'
import { type Claims, createHandClock, createKeyAddress, createSigner, unsigned } from './signedTokens.ts'

const signer = await createSigner('one')
const stranger = await createSigner('one')
const elliptic = await createSigner('curve', 'ES256')

const directory = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'
const other = '7a8f3b52-64d1-4c1e-8f0e-2d9f3c5b7e02'
const issuerOf = (tid: string) => `https://login.microsoftonline.com/${tid}/v2.0`
const row = {
  identityProvider: 'microsoft',
  clientId: 'our-client',
  jwksUrl: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
  issuer: issuerOf,
} as SignInRow
const google = {
  ...row,
  identityProvider: 'google',
  jwksUrl: 'https://www.googleapis.com/oauth2/v3/certs',
  issuer: () => 'https://accounts.google.com',
} as SignInRow

const now = Math.floor(Date.now() / 1000)
const good: Claims = {
  iss: issuerOf(directory),
  tid: directory,
  aud: 'our-client',
  sub: 'pairwise',
  oid: 'person',
  nonce: 'our-nonce',
  preferred_username: 'ada@contoso.example',
  iat: now,
  nbf: now,
  exp: now + 3600,
}

let address: ReturnType<typeof createKeyAddress>
let checker: IdTokenChecker

beforeEach(() => {
  address = createKeyAddress(signer, elliptic)
  checker = createIdTokenChecker('consumers', { clock: createHandClock(), fetch: address.fetch })
})

const check = async (change: Claims, by = signer, at = row) => {
  return checker.check(at, await by.sign({ ...good, ...change }), 'our-nonce')
}

describe('a valid ID token', () => {
  test('of a work account names the person by directory and object id, masked', async () => {
    expect(await check({})).toEqual({
      accountKind: 'work',
      authorityTenant: directory,
      consenter: { issuer: issuerOf(directory), subject: 'person', hint: 'a…@contoso.example' },
      signInName: 'ada@contoso.example',
    })
  })

  test('without an object id names the person by its subject', async () => {
    expect(await check({ oid: undefined })).toMatchObject({ consenter: { subject: 'pairwise' } })
  })

  test.each([
    [{ email: 'eve@fabrikam.example' }, 'a…@contoso.example'],
    [{ preferred_username: undefined, email: 'eve@fabrikam.example' }, 'e…@fabrikam.example'],
    [{ preferred_username: 'ada' }, '…'],
    [{ preferred_username: undefined }, '…'],
  ])('with %j masks the known part of the address', async (claims, hint) => {
    expect(await check(claims)).toMatchObject({ consenter: { hint } })
  })

  test('keeps an email address that isn’t the sign-in name', async () => {
    expect(await check({ email: 'eve@fabrikam.example' })).toMatchObject({
      ...{ signInName: 'ada@contoso.example', email: 'eve@fabrikam.example' },
    })
    expect(await check({ email: 'ada@contoso.example' })).not.toHaveProperty('email')
  })

  test('needs only one fetch of its provider’s keys', async () => {
    await check({})
    await check({})
    expect(address.calls).toBe(1)
  })

  test('of a personal account is refreshed where personal accounts are', async () => {
    const personal = { tid: consumerTenantId, iss: issuerOf(consumerTenantId) }
    expect(await check(personal)).toMatchObject({ accountKind: 'personal', authorityTenant: 'consumers' })
  })

  test('of Google has Google’s own issuer and subject', async () => {
    const claims = { iss: 'https://accounts.google.com', tid: undefined, oid: undefined }
    expect(await check(claims, signer, google)).toMatchObject({
      accountKind: 'google',
      consenter: { issuer: 'https://accounts.google.com', subject: 'pairwise' },
    })
  })

  test('can name us in a list', async () => {
    expect(await check({ aud: ['our-client'] })).toMatchObject({ accountKind: 'work' })
  })

  test('may differ by a minute from our clock', async () => {
    expect(await check({ exp: now - 50, iat: now - 100 })).toMatchObject({ accountKind: 'work' })
    expect(await check({ nbf: now + 50 })).toMatchObject({ accountKind: 'work' })
  })
})

describe('an ID token is refused', () => {
  test.each<[string, Claims, string]>([
    ['of another issuer', { iss: 'https://evil.example/v2.0' }, 'id_token_jwt_claim_validation_failed'],
    ['of another directory than its own tid', { tid: other }, 'id_token_jwt_claim_validation_failed'],
    [
      'that names the template as its issuer',
      { iss: issuerOf('{tenantid}') },
      'id_token_jwt_claim_validation_failed',
    ],
    [
      'that names the authority as its issuer',
      { iss: issuerOf('common') },
      'id_token_jwt_claim_validation_failed',
    ],
    ['without an issuer', { iss: undefined }, 'id_token_jwt_claim_validation_failed'],
    ['without a directory', { tid: undefined }, 'id_token_without_tenant'],
    ['whose directory is no id', { tid: 'common', iss: issuerOf('common') }, 'id_token_without_tenant'],
    [
      'whose directory would lead its issuer elsewhere',
      { tid: `${directory}/../evil`, iss: issuerOf(`${directory}/../evil`) },
      'id_token_without_tenant',
    ],
    ['for another client', { aud: 'another-client' }, 'id_token_jwt_claim_validation_failed'],
    ['for nobody', { aud: undefined }, 'id_token_jwt_claim_validation_failed'],
    ['for another client too', { aud: ['our-client', 'another-client'] }, 'id_token_for_others_too'],
    ['of another sign-in', { nonce: 'another-nonce' }, 'id_token_nonce_mismatch'],
    ['of a sign-in without a nonce', { nonce: undefined }, 'id_token_nonce_mismatch'],
    ['that has expired', { exp: now - 120 }, 'id_token_jwt_expired'],
    ['that never expires', { exp: undefined }, 'id_token_jwt_claim_validation_failed'],
    ['that is not valid yet', { nbf: now + 120 }, 'id_token_jwt_claim_validation_failed'],
    ['without a subject', { sub: undefined }, 'id_token_jwt_claim_validation_failed'],
    ['that was issued at no time', { iat: undefined }, 'id_token_jwt_claim_validation_failed'],
  ])('%s', async (_title, change, fault) => {
    expect(await check(change)).toEqual({ fault })
  })

  test('that another party signed under our provider’s key id', async () => {
    expect(await check({}, stranger)).toEqual({ fault: 'id_token_jws_signature_verification_failed' })
  })

  test('that is signed with an algorithm other than RS256, even by a key of the provider', async () => {
    expect(await check({}, elliptic)).toEqual({ fault: 'id_token_jose_alg_not_allowed' })
  })

  test('that is not signed at all, or signed with the public key as a secret', async () => {
    for (const alg of ['none', 'HS256'])
      expect(await checker.check(row, unsigned(good, alg), 'our-nonce')).toMatchObject({
        fault: expect.stringMatching(/^id_token_/),
      })
  })

  test.each(['', 'x', 'a.b.c', '....'])('that is not an ID token: "%s"', async (token) => {
    expect(await checker.check(row, token, 'our-nonce')).toMatchObject({ fault: expect.any(String) })
  })

  test('that is Google’s after a Microsoft sign-in, and vice versa', async () => {
    expect(await check({ iss: 'https://accounts.google.com' })).toHaveProperty('fault')
    expect(await check({}, signer, google)).toHaveProperty('fault')
  })
})

describe('a key that its provider limits to an issuer', () => {
  const personal = { tid: consumerTenantId, iss: issuerOf(consumerTenantId) }

  test.each([
    ['any directory', issuerOf('{tenantid}'), {}, true],
    ['any directory', issuerOf('{tenantid}'), personal, true],
    ['any directory, in capitals', issuerOf('{TenantId}'), {}, true],
    ['personal accounts', issuerOf(consumerTenantId), personal, true],
    ['personal accounts', issuerOf(consumerTenantId), {}, false],
    ['another directory', issuerOf(other), {}, false],
    ['another cloud', 'https://login.partner.microsoftonline.cn/{tenantid}/v2.0', {}, false],
    ['nobody', '', {}, false],
  ])('(%s: %s) is used only for that issuer (%o): %s', async (_whose, issuer, claims, isUsed) => {
    const limited = await createSigner('limited', 'RS256', issuer)
    address.keys = [limited.jwk]
    const checked = await check(claims, limited)
    expect('fault' in checked ? checked.fault : 'used').toBe(
      isUsed ? 'used' : 'id_token_key_of_another_issuer',
    )
  })

  test('is used only for tokens that name it', async () => {
    const limited = await createSigner('limited', 'RS256', issuerOf('{tenantid}'))
    address.keys = [limited.jwk]
    const unnamed = await limited.sign(good, { kid: undefined })
    expect(await checker.check(row, unnamed, 'our-nonce')).toEqual({
      fault: 'id_token_key_of_another_issuer',
    })
    address.keys = [signer.jwk]
    const unlimited = createIdTokenChecker('consumers', { clock: createHandClock(), fetch: address.fetch })
    const plain = await signer.sign(good, { kid: undefined })
    expect(await unlimited.check(row, plain, 'our-nonce')).toMatchObject({ accountKind: 'work' })
  })
})

test.each(['status', 'text', 'list', 'cut'] as const)(
  'keys that cannot be fetched (%s) say nothing about the token',
  async (fault) => {
    address.fault = fault
    await expect(check({})).rejects.toBeInstanceOf(KeysUnreachableError)
  },
)

test('a new key is looked for a second after the last look, and two after a failed one', async () => {
  const clock = createHandClock()
  const own = createIdTokenChecker('consumers', { clock, fetch: address.fetch })
  const newer = await createSigner('newer')
  const checkBy = async (by = signer) => own.check(row, await by.sign(good), 'our-nonce')
  await checkBy()
  address.fault = 'cut'
  await expect(checkBy(newer)).rejects.toMatchObject({ reason: 'keys_unreachable' })
  address.fault = undefined
  clock.advance(2)
  expect(await checkBy(newer)).toHaveProperty('fault')
  address.keys.push(newer.jwk)
  clock.advance(1)
  expect(await checkBy(newer)).toMatchObject({ accountKind: 'work' })
})
