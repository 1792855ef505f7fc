import { describe, expect, test } from 'vitest'
import { assertGrant } from '../../shared/oauth/checkGrant.ts'
import { readCredential } from '../../shared/oauth/findCaller.ts'
import { handleOf } from '../../shared/oauth/handle.ts'
import { exchangeGrant, tokenForm } from '../../shared/oauth/tokenForm.ts'
import { oauthStatusOf, toOAuthError } from '../../shared/oauth/toOAuthError.ts'
import { Problem, problems } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'

const tenant = { workspace: 'agency', tenant: 'acme' }
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const subjectType = 'urn:ietf:params:oauth:token-type:jwt'
const credentials = { grant_type: 'client_credentials' }
const pair = { client_id: 'app', client_secret: 'secret' }
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

const credentialOf = (fields: object, authorization: string | null = null) =>
  readCredential({ authorization, body: tokenForm.parse({ ...credentials, ...fields }) })
const problemOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, reason: error.extras.members?.reason }
  }
  return undefined
}

describe('the form of a token request', () => {
  test.each([
    ['a refresh without a token', { grant_type: 'refresh_token' }, ['refresh_token']],
    ['an exchange without a token', { grant_type: exchangeGrant }, ['subject_token', 'subject_token_type']],
    ['an assertion without its type', { ...credentials, client_assertion: 'a' }, ['client_assertion_type']],
    [
      'an assertion of another type',
      { ...credentials, client_assertion: 'a', client_assertion_type: 'saml2' },
      ['client_assertion_type'],
    ],
    ['a secret without an ID', { ...credentials, client_secret: 's' }, ['client_id']],
    ['no grant type', pair, ['grant_type']],
  ])('with %s names what is missing', (_title, fields, names) => {
    const { error } = tokenForm.safeParse(fields)
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(names)
  })

  test('can have any other field, as Airbyte’s has', () => {
    expect(tokenForm.parse({ ...credentials, tenant: 'x', environment: 'production', scope: 's' })).toEqual(
      credentials,
    )
  })
})

describe('the credential of a token request', () => {
  test.each<[string, object, string | null, unknown]>([
    ['the bearer token', {}, 'Bearer a.b.c', 'Bearer a.b.c'],
    [
      'the assertion',
      { client_assertion: 'a.b.c', client_assertion_type: assertionType },
      null,
      'Bearer a.b.c',
    ],
    [
      'the pair in the body',
      pair,
      null,
      { clientId: 'app', clientSecret: new Secret('secret'), isBasic: false },
    ],
    [
      'the pair in the header, decoded',
      {},
      basic('partner%3Aapp:se%2Bcr+et:%25'),
      { clientId: 'partner:app', clientSecret: new Secret('se+cr et:%'), isBasic: true },
    ],
    [
      'a pair in the header that isn’t encoded',
      { client_id: 'app' },
      basic('app:100%'),
      { clientId: 'app', clientSecret: new Secret('100%'), isBasic: true },
    ],
  ])('is %s', (_title, fields, authorization, expected) => {
    expect(credentialOf(fields, authorization)).toEqual(expected)
  })

  test('is the subject in a token exchange, whatever client sends it', () => {
    const fields = { grant_type: exchangeGrant, subject_token: 'a.b.c', subject_token_type: subjectType }
    expect(credentialOf({ ...fields, ...pair }, basic('x:y'))).toBe('Bearer a.b.c')
    // Only there: elsewhere a subject proves nothing.
    expect(problemOf(() => credentialOf({ ...fields, ...credentials }))).toMatchObject({
      code: 'caller_not_authenticated',
    })
  })

  test('is missing if there is only an ID, or an empty secret', () => {
    expect(problemOf(() => credentialOf({ client_id: 'app' }))).toMatchObject({
      code: 'caller_not_authenticated',
    })
    expect(credentialOf({}, basic('app:'))).toBe(basic('app:'))
  })

  test.each<[string, object, string]>([
    ['two pairs', pair, basic('app:secret')],
    ['a token and a pair', pair, 'Bearer a.b.c'],
    ['two tokens', { client_assertion: 'a.b.c', client_assertion_type: assertionType }, 'Bearer a.b.c'],
  ])('can’t be %s', (_title, fields, authorization) => {
    expect(problemOf(() => credentialOf(fields, authorization))).toMatchObject({ code: 'invalid_request' })
  })
})

describe('a grant', () => {
  const check = (fields: object) => () => assertGrant(tokenForm.parse({ ...credentials, ...fields }), tenant)
  const exchange = { grant_type: exchangeGrant, subject_token: 'a', subject_token_type: subjectType }
  const refresh = (handle: string) => ({ grant_type: 'refresh_token', refresh_token: handle })

  test.each([{}, exchange, { ...exchange, audience: 'acme' }, refresh(handleOf(tenant))])(
    '%o is given',
    (fields) => {
      expect(check(fields)).not.toThrow()
    },
  )

  test.each<[string, object, string]>([
    ['another tenant’s handle', refresh(handleOf({ ...tenant, tenant: 'other' })), 'invalid_grant'],
    ['another workspace’s handle', refresh(handleOf({ ...tenant, workspace: 'other' })), 'invalid_grant'],
    ['a refresh token of Microsoft', refresh('M.C546_BAY'), 'invalid_grant'],
    ['another tenant’s audience', { ...exchange, audience: 'other' }, 'invalid_target'],
    ['a password', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('with %s is refused', (_title, fields, reason) => {
    expect(problemOf(check(fields))).toEqual({ code: 'invalid_request', reason })
  })
})

describe('a problem in OAuth’s words', () => {
  const errorOf = (problem: Problem) => ({
    status: oauthStatusOf(problems[problem.code].status),
    error: toOAuthError(problem, 'id').error,
  })

  test.each([
    ['caller_not_authenticated', 401, 'invalid_client'],
    ['caller_not_allowed', 400, 'unauthorized_client'],
    ['caller_refused', 400, 'unauthorized_client'],
    ['tenant_not_found', 400, 'invalid_grant'],
    ['reauthorization_required', 400, 'invalid_grant'],
    ['body_too_large', 400, 'invalid_request'],
    ['unsupported_media_type', 400, 'invalid_request'],
    ['method_not_allowed', 405, 'invalid_request'],
    ['internal_error', 500, 'server_error'],
    ['unexpected_upstream_answer', 502, 'server_error'],
    ['storage_unavailable', 503, 'temporarily_unavailable'],
  ] as const)('%s is %i %s', (code, status, error) => {
    expect(errorOf(new Problem(code))).toEqual({ status, error })
  })

  test('has the reason of an invalid request as its error, and no other problem’s', () => {
    const members = { reason: 'invalid_target' }
    expect(errorOf(new Problem('invalid_request', { members })).error).toBe('invalid_target')
    expect(errorOf(new Problem('tenant_not_connected', { members })).error).toBe('invalid_grant')
  })

  test('has a description in the characters that OAuth allows, and the problem’s code and actor', () => {
    const detail = 'The “app’s” path C:\\x … is "bad" – é'
    expect(toOAuthError(new Problem('environment_on_hold', { detail }), 'id-1')).toEqual({
      error: 'temporarily_unavailable',
      error_description: "The ?app's? path C:/x ... is 'bad' - ?",
      code: 'environment_on_hold',
      actor: 'operator',
      requestId: 'id-1',
    })
  })
})
