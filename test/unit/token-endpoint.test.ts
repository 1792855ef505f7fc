import { None } from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { type ClientCredentials, createTokenEndpoints } from '../../shared/identity/tokenEndpoint.ts'

const never = () => new Promise<never>(() => {})
const answer = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600 }
const request = {
  environment: 'production',
  identityProvider: 'microsoft',
  authorityTenant: 'consumers',
  scopes: ['s'],
  refreshToken: 'r',
} as const

function endpointsWith(credentials: Partial<ClientCredentials>, answers: Response[]) {
  return createTokenEndpoints({
    signInTable: () =>
      ({
        environment: 'production',
        identityProvider: 'microsoft',
        clientId: 'c',
        issuer: () => 'https://login.example',
        tokenUrl: () => 'https://login.example/token',
      }) as never,
    credentials: {
      list: async () => ['one', 'two'].map((id) => ({ id, authenticate: None() })),
      ...credentials,
    },
    clock: systemClock,
    timeLimitSeconds: 0.2,
    allowInsecure: false,
    fetch: async () => answers.shift() ?? Response.json(answer),
  })
}

describe('a refresh at the token endpoint', () => {
  test('does not wait for what is written down about the secrets', async () => {
    const refused = Response.json({ error: 'invalid_client', error_codes: [7000215] }, { status: 401 })
    const endpoints = endpointsWith({ report: never }, [refused])
    expect(await endpoints.refresh(request)).toMatchObject({ ok: true, refreshToken: 'rt' })
  })

  test('tries the other credential after a number that no table has', async () => {
    const refused = Response.json({ error: 'invalid_client', error_codes: [7000998] }, { status: 401 })
    expect(await endpointsWith({}, [refused]).refresh(request)).toMatchObject({
      ok: true,
      refreshToken: 'rt',
    })
  })

  test('ends at its limit when the credentials are not to be had, and nothing is sent', async () => {
    await expect(endpointsWith({ list: never }, []).refresh(request)).rejects.toMatchObject({
      name: 'TimeLimitError',
    })
  })
})

describe('an answer whose tokens', () => {
  const answered = (body: object) => endpointsWith({}, [Response.json(body)]).refresh(request)
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
  ])('%s is an answer of an unknown kind', async (_what, strange) => {
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
  ])('%s is taken', async (_what, odd) => {
    const { access_token, expires_in, refresh_token } = { ...answer, ...odd }
    expect(await answered({ ...answer, ...odd })).toEqual({
      ok: true,
      accessToken: access_token,
      expiresInSeconds: Number(expires_in),
      ...(refresh_token && { refreshToken: refresh_token }),
    })
  })

  test('are none ends the redemption of a code the same way', async () => {
    const row = { environment: 'production', identityProvider: 'microsoft', scopes: ['s'], clientId: 'c' }
    const urls = { issuer: () => 'https://login.example', tokenUrl: () => 'https://login.example/token' }
    const code = { code: 'c', codeVerifier: 'v', redirectUri: 'https://broker.example/oauth/callback' }
    const endpoints = endpointsWith({}, [Response.json({ ...answer, access_token: '' })])
    expect(await endpoints.redeem({ row: { ...row, ...urls } as never, ...code })).toMatchObject({
      ok: false,
      refusal: { reason: 'unknown_answer' },
    })
  })
})
