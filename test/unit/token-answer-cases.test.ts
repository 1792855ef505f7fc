import { expect, test } from 'vitest'
import { reasonByNumber } from '../../shared/domain/aadsts.ts'
import { meaningOf } from '../../shared/domain/reasons.ts'
import type { TokenRefusal } from '../../shared/domain/refusal.ts'
import { isCredentialRefusal } from '../../shared/domain/refusal.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import cases from '../cases/token-answers.json' with { type: 'json' }

const own = { class: 'operator', isOwnCredential: true } as const
const notOwn = { class: 'operator', isOwnCredential: false } as const

/** The cases' words, as results of the classifier. */
const meanings: Readonly<Record<string, object>> = {
  'operator, own credential': own,
  'operator own credential': own,
  'operator, own credential (clock)': own,
  'operator, own credential, not advertiser': own,
  'this grant is unusable: advertiser, not operator': { class: 'advertiser' },
  'operator wrong_authority': { ...notOwn, reason: 'wrong_authority' },
  'advertiser definite': { class: 'advertiser', definite: true },
  'passing unknown': { class: 'passing', unknown: true },
  'backOff 60': { class: 'backOff', retryAfterSeconds: 60 },
  backOff: { class: 'backOff' },
  advertiserAdmin: { class: 'advertiserAdmin', definite: true },
  'one directory': notOwn,
  'operator, this tenant only': notOwn,
  advertiser: { class: 'advertiser' },
  'operator/unknown': { class: 'passing', unknown: true },
  operator: { class: 'operator' },
  'must not hold the environment': { class: 'advertiserAdmin', isOwnCredential: false },
  passing: { class: 'passing', unknown: false },
  'operator/restart': notOwn,
}

/**
 * For T57, the case file says "operator own credential", but issue 13, item 8, says for every unlisted number with
 * `invalid_client` that it isn't our credential until all tenants fail. 7000117 isn't in any table that could be
 * read (entra-docs reference-error-codes), and its neighbor 7000112 concerns one directory, so the rule
 * applies.
 */
const otherwise: Readonly<Record<string, object>> = { T57: { ...notOwn, reason: 'unlisted_client_error' } }

test.each(cases.map((one) => [one.id, one.what, one] as const))(
  '%s (%s) is read as expected',
  (id, _what, one) => {
    const refusal = read(one)
    const wanted = otherwise[id] ?? meanings[one.expected]
    expect(wanted, one.expected).toBeDefined()
    expect({ ...refusal, isOwnCredential: isCredentialRefusal(refusal) }).toMatchObject(wanted!)
  },
)

test.each([
  [
    'the newest numbers of directory policies',
    [530084, 530021, 53099, 530999],
    'invalid_grant',
    'advertiserAdmin',
  ],
  ['Microsoft Advertising missing in the directory', [500011, 500014], 'invalid_resource', 'advertiserAdmin'],
  ['consent that only an administrator gives', [90093, 900941, 900981], 'invalid_grant', 'advertiserAdmin'],
  ['the other authority', [9002331, 9002346], 'invalid_request', 'operator'],
] as const)('%s have the right class', (_what, codes, error, refusalClass) => {
  for (const code of codes)
    expect(classifyTokenRefusal(400, { error, error_codes: [code] }).class, String(code)).toBe(refusalClass)
})

test('an unlisted number with invalid_client holds nothing by itself, and a missing principal concerns one directory', () => {
  for (const code of [7_000_229, 7_000_998]) {
    const refusal = classifyTokenRefusal(401, { error: 'invalid_client', error_codes: [code] })
    expect(refusal.class).toBe('operator')
    expect(isCredentialRefusal(refusal), String(code)).toBe(false)
  }
})

test('a federated credential that does not match is our own fault, even with invalid_request', () => {
  for (const code of [70_021, 700_024, 7_002_138]) {
    const refusal = classifyTokenRefusal(400, { error: 'invalid_request', error_codes: [code] })
    expect(refusal.reason, String(code)).toBe('client_assertion_refused')
    expect(isCredentialRefusal(refusal)).toBe(true)
  }
})

test('Google’s session policy definitely requires the person', () => {
  const body = {
    error: 'invalid_grant',
    error_subtype: 'invalid_rapt',
    error_description: 'reauth related error',
  }
  expect(classifyTokenRefusal(400, body)).toMatchObject({ class: 'advertiser', definite: true })
})

test.each([
  [{ error: 'invalid_rapt' }, 'sign_in_frequency'],
  [{ error: 'deleted_client' }, 'client_deleted'],
  [{ error: 'disabled_client' }, 'client_disabled'],
  [{ error: 'restricted_client' }, 'restricted_client'],
  [{ error: 'rate_limit_exceeded' }, 'throttled'],
  [{ error: 'admin_policy_enforced' }, 'directory_policy'],
  // The client's project serves only one Google organization, which only its owner can change.
  [{ error: 'org_internal' }, 'registration_refused'],
])('Google’s %o is %s', (body, reason) => {
  expect(classifyTokenRefusal(400, body).reason).toBe(reason)
})

test('a number among others, as text, or only in the words has the same meaning', () => {
  for (const [code, reason] of reasonByNumber) {
    if ([9_002_313, 70_000, 70_002].includes(code)) continue
    const error = 'invalid_grant'
    const told = { error_description: `AADSTS${code}: words. Trace ID: 0d6e` }
    for (const body of [
      { error, error_codes: [code], ...told, correlation_id: 'x', error_uri: 'https://login.example' },
      { error, error_codes: [String(code)], ...told },
      { error, ...told },
      { error, error_codes: [9_999_999, code] },
      { error, error_codes: [70_000, 70_002, code] },
    ]) {
      expect(classifyTokenRefusal(400, body).reason, JSON.stringify(body)).toBe(reason)
      expect(classifyTokenRefusal(400, body).class).toBe(meaningOf(reason).class)
    }
  }
})

test('the number of `invalid_client` is less specific than that of `invalid_grant`', () => {
  const body = { error: 'invalid_grant', error_codes: [70_002, 70_000] }
  expect(classifyTokenRefusal(400, body).reason).toBe('grant_refused')
  const alone = { error: 'invalid_client', error_codes: [70_002] }
  expect(classifyTokenRefusal(401, alone).reason).toBe('client_secret_invalid')
})

test('an advertiser’s number ends no grant if `error` is about us', () => {
  for (const error of ['invalid_client', 'unauthorized_client', 'invalid_request', 'deleted_client'])
    expect(classifyTokenRefusal(400, { error, error_codes: [50_173] })).toMatchObject({
      class: 'operator',
      definite: false,
    })
})

test('the range of an unlisted number gives its reason', () => {
  const reasonOf = (error: string, code: number) =>
    classifyTokenRefusal(400, { error, error_codes: [code] }).reason
  expect(reasonOf('invalid_grant', 53_998)).toBe('unlisted_policy')
  expect(reasonOf('invalid_grant', 530_998)).toBe('unlisted_policy')
  expect(reasonOf('invalid_client', 7_000_998)).toBe('unlisted_client_error')
  expect(reasonOf('invalid_grant', 999_998)).toBe('grant_refused')
})

function read(one: { status: number; body?: unknown; retryAfter?: string }): TokenRefusal {
  return classifyTokenRefusal(one.status, one.body, one.retryAfter)
}
