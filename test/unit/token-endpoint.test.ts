import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { ClientCredentialError } from '../../shared/identity/clientAssertion.ts'
import { Secret } from '../../shared/secret.ts'
import {
  answer,
  credentials,
  openEndpoints,
  refused,
  request,
  row,
  type Step,
  type TokenGround,
  unlisted,
  wrongSecret,
} from './tokenGround.ts'

const never = () => new Promise<never>(() => {})
const withoutTls = { ...row, tokenUrl: () => 'http://login.example/token' }

describe('a refresh at the token endpoint', () => {
  test('goes to the authority of the grant, with its scopes', async () => {
    const { refresh, seen } = openEndpoints()
    expect(await refresh(request)).toEqual({
      ...{ ok: true, accessToken: new Secret('at'), refreshToken: new Secret('rt'), expiresInSeconds: 3600 },
    })
    expect(seen.sent).toMatchObject([
      { url: 'https://login.example/consumers/token', refresh_token: 'r', scope: 's openid' },
    ])
  })

  test.each([
    [200, 'unknown_answer'],
    [400, 'unknown_answer'],
    [503, 'identity_provider_error'],
  ])('accepts %i with an unreadable body as an answer: %s', async (status, reason) => {
    const body = new ReadableStream({ pull: (cut) => cut.error(new TypeError('terminated')) })
    const { refresh } = openEndpoints([new Response(body, { status })])
    expect(await refresh(request)).toMatchObject({ ok: false, refusal: { reason } })
  })

  test('that ends at the time limit within the body has timed out', async () => {
    const late = new DOMException('late', 'TimeoutError')
    const body = new ReadableStream({ pull: (cut) => cut.error(late) })
    const { refresh } = openEndpoints([new Response(body)])
    expect(await refresh(request)).toMatchObject({ refusal: { reason: 'identity_provider_timed_out' } })
  })

  test('does not wait for the health record of the secrets', async () => {
    const { refresh } = openEndpoints([refused(wrongSecret)], { report: never })
    expect(await refresh(request)).toMatchObject({ ok: true, refreshToken: new Secret('rt') })
  })

  test('succeeds even if the health of the secrets can’t be recorded', async () => {
    const { refresh } = openEndpoints([refused(wrongSecret)], { report: () => Promise.reject(new Error()) })
    expect(await refresh(request)).toMatchObject({ ok: true })
    // An unhandled rejection fails the run.
    await setImmediate()
  })

  test.each([wrongSecret, unlisted])('tries the other credential after %i', async (number) => {
    const { refresh, seen } = openEndpoints([refused(number)])
    expect(await refresh(request)).toMatchObject({ ok: true, refreshToken: new Secret('rt') })
    expect(seen.sent.map((sent) => sent.client_secret)).toEqual(['one', 'two'])
    expect(seen.reported).toEqual(['one refused', 'two accepted'])
  })

  test('uses the vault’s current secrets, and tries none twice', async () => {
    const list = async (_registration: unknown, age: string) =>
      credentials('one', ...(age === 'now' ? ['rotated'] : []))
    const { refresh, seen } = openEndpoints([refused(wrongSecret)], { list })
    expect(await refresh(request)).toMatchObject({ ok: true })
    expect(seen.sent.map((sent) => sent.client_secret)).toEqual(['one', 'rotated'])
    expect(seen.ages).toEqual(['any', 'now'])
  })

  test('returns the last credential’s refusal if the vault fails to return others', async () => {
    const list = async (_registration: unknown, age: string) => {
      if (age === 'now') throw new ClientCredentialError('client_certificate_missing', '')
      return credentials('one')
    }
    const { refresh } = openEndpoints([refused(wrongSecret)], { list })
    expect(await refresh(request)).toMatchObject({ refusal: { reason: 'client_secret_invalid' } })
  })

  test.each<[string, readonly Step[], TokenGround, string]>([
    ['without the environment', [], { signInTable: () => undefined }, 'environment_not_served'],
    ['without a credential', [], { list: async () => [] }, 'client_secret_missing'],
    [
      'with an unusable credential',
      [],
      { list: () => Promise.reject(new ClientCredentialError('client_certificate_unusable', '')) },
      'client_certificate_unusable',
    ],
    ['that is cut off', [() => Promise.reject(new TypeError('reset'))], {}, 'identity_provider_unreachable'],
    ['to an address without TLS', [], { signInTable: () => withoutTls }, 'identity_provider_unreachable'],
  ])('%s is refused', async (_title, answers, ground, reason) => {
    expect(await openEndpoints(answers, ground).refresh(request)).toMatchObject({
      ok: false,
      refusal: { reason },
    })
  })

  test('fails without a verdict if this process has no credential, and says so before it is sent', async () => {
    const unavailable = new IdentityUnavailableError({ reason: 'identity_silent', status: 0 }, 'nobody')
    const asked: unknown[] = []
    const { assertAbleToAuthenticate, refresh, seen } = openEndpoints([], {
      list: () => Promise.reject(unavailable),
      assertAvailable: async (registration) => {
        asked.push(registration)
        throw unavailable
      },
    })
    const registration = { environment: 'production', identityProvider: 'microsoft' } as const
    await expect(assertAbleToAuthenticate?.(registration)).rejects.toBe(unavailable)
    expect(asked).toEqual([registration])
    await expect(refresh(request)).rejects.toBe(unavailable)
    expect(seen.sent).toEqual([])
  })

  test('that gets no answer ends at its limit as timed out', async () => {
    const { refresh } = openEndpoints([], {
      fetch: (_url, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        }),
    })
    expect(await refresh(request)).toMatchObject({ refusal: { reason: 'identity_provider_timed_out' } })
  })

  test('ends at its limit if the credentials can’t be read, and nothing is sent', async () => {
    const { refresh, seen } = openEndpoints([], { list: never })
    await expect(refresh(request)).rejects.toMatchObject({ name: 'TimeLimitError' })
    expect(seen.sent).toEqual([])
  })
})

describe('an answer of the token endpoint', () => {
  const refreshed = async (response: Response) => openEndpoints([response]).refresh(request)

  test.each([
    [{ expires_in: '60' }, { expiresInSeconds: 60 }],
    [{ id_token: 'it' }, { idToken: 'it' }],
  ])('with %j is read', async (change, read) => {
    expect(await refreshed(Response.json({ ...answer, ...change }))).toMatchObject({ ok: true, ...read })
  })

  test.each([
    ['no access token', () => Response.json({ ...answer, access_token: 1 }), 'unknown_answer'],
    [
      'an access token and a failure',
      () => Response.json(answer, { status: 500 }),
      'identity_provider_error',
    ],
    ['a page', () => new Response('<html>'), 'unknown_answer'],
  ])('with %s is not a success', async (_what, respond, reason) => {
    expect(await refreshed(respond())).toMatchObject({ ok: false, refusal: { class: 'passing', reason } })
  })

  test('contains the wait', async () => {
    const throttled = Response.json({}, { status: 429, headers: { 'retry-after': '70' } })
    expect(await refreshed(throttled)).toMatchObject({ refusal: { retryAfterSeconds: 70 } })
  })
})

describe('an answer whose tokens', () => {
  const answered = (body: object) => openEndpoints([Response.json(body)]).refresh(request)
  const long = (length: number) => 'a'.repeat(length)

  test.each([
    ['have a character that no header takes', { access_token: 'a\nb' }],
    ['have a space', { access_token: 'a b' }],
    ['are not ASCII', { access_token: 'tökén' }],
    ['are empty', { access_token: '' }],
    ['are no text', { access_token: ['at'] }],
    ['are too long', { access_token: long(16_385) }],
    ['have an empty refresh token', { refresh_token: '' }],
    ['have a refresh token that is no text', { refresh_token: 7 }],
    ['have a refresh token with a line break', { refresh_token: 'r\r\n' }],
    ['have a refresh token that is too long', { refresh_token: long(16_385) }],
    ['have no lifetime', { expires_in: undefined }],
    ['have a lifetime of null', { expires_in: null }],
    ['have a lifetime in words', { expires_in: 'an hour' }],
    ['have an empty lifetime', { expires_in: '' }],
    ['have a list for a lifetime', { expires_in: [3600] }],
    ['have a lifetime of 0', { expires_in: 0 }],
    ['live for less than a second', { expires_in: 0.5 }],
    ['have a negative lifetime', { expires_in: -3600 }],
    ['live longer than 28 hours', { expires_in: 100_801 }],
    ['live longer than 28 hours, in text', { expires_in: '100801' }],
  ])('%s make an unknown answer', async (_what, strange) => {
    expect(await answered({ ...answer, ...strange })).toMatchObject({
      ok: false,
      refusal: { reason: 'unknown_answer', class: 'passing', unknown: true },
    })
  })

  test.each([
    ['use every character of a header', { access_token: '!M.C5_BAY.0~$*', refresh_token: '1//0g-_+/==' }],
    ['are as long as they may be', { access_token: long(16_384), refresh_token: long(16_384) }],
    ['live for a second', { expires_in: 1 }],
    ['live for 28 hours', { expires_in: 100_800 }],
    ['have their lifetime in text', { expires_in: '3599' }],
    ['have a refresh token of null', { refresh_token: null }],
  ])('%s are accepted', async (_what, odd) => {
    const { access_token, expires_in, refresh_token } = { ...answer, ...odd }
    expect(await answered({ ...answer, ...odd })).toEqual({
      ok: true,
      accessToken: new Secret(access_token),
      expiresInSeconds: Number(expires_in),
      ...(refresh_token && { refreshToken: new Secret(refresh_token) }),
    })
  })

  test('are invalid ends the redemption of a code the same way', async () => {
    const row = { environment: 'production', identityProvider: 'microsoft', scopes: ['s'], clientId: 'c' }
    const urls = { issuer: () => 'https://login.example', tokenUrl: () => 'https://login.example/token' }
    const code = { code: 'c', codeVerifier: 'v', redirectUri: 'https://broker.example/oauth/callback' }
    const endpoints = openEndpoints([Response.json({ ...answer, access_token: '' })])
    expect(await endpoints.redeem({ row: { ...row, ...urls } as never, ...code })).toMatchObject({
      ok: false,
      refusal: { reason: 'unknown_answer' },
    })
  })
})
