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
