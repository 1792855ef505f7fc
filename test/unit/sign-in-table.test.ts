import { expect, test } from 'vitest'
import type { Config } from '../../shared/config.ts'
import { createSignInTable } from '../../shared/identity/signInTable.ts'

const google = { authorizeUrl: 'https://accounts.example/auth', tokenUrl: 't', jwksUrl: 'j', issuer: 'i' }
const tableOf = (tenant: string, more: object = {}) => {
  const microsoft = { clientId: 'id', scope: 'ads', authority: { origin: 'https://login.example', tenant } }
  const environments = new Map([['production', { microsoft, ...more }]])
  return createSignInTable({
    environments,
    google,
    microsoftPersonalTenant: 'consumers',
  } as unknown as Config)
}

test.each([
  ['common', undefined, 'common'],
  ['common', 'personal', 'consumers'],
  ['common', 'work', 'organizations'],
  ['contoso', 'personal', 'contoso'],
  ['contoso', 'work', 'contoso'],
] as const)('a sign-in at %s with a %s account starts at %s', (tenant, kind, segment) => {
  const row = tableOf(tenant)({ environment: 'production', identityProvider: 'microsoft', signInWith: kind })
  expect(row).toMatchObject({
    ...{ signInTenant: segment, requiredScope: 'ads', authorizeParameters: { response_mode: 'query' } },
    lastPrompt: 'login',
    authorizeUrl: `https://login.example/${segment}/oauth2/v2.0/authorize`,
  })
})

test('Google has a row if it is configured, and an environment that isn’t configured has none', () => {
  expect(tableOf('common')({ environment: 'production', identityProvider: 'google' })).toBeUndefined()
  expect(tableOf('common')({ environment: 'sandbox', identityProvider: 'microsoft' })).toBeUndefined()
  expect(
    tableOf('common', { google: { clientId: 'g' } })({
      environment: 'production',
      identityProvider: 'google',
    }),
  ).toMatchObject({
    ...{ clientId: 'g', authorizeUrl: google.authorizeUrl },
    authorizeParameters: { access_type: 'offline' },
    prompt: 'consent',
  })
  const row = tableOf('common', { google: { clientId: 'g' } })({
    ...{ environment: 'production', identityProvider: 'google' },
  })
  expect(row).not.toHaveProperty('lastPrompt')
})

test('a sign-in asks for Microsoft Advertising, the person, and a refresh token, and for nothing else', () => {
  const table = tableOf('common', { google: { clientId: 'g' } })
  const scopesAt = (identityProvider: 'microsoft' | 'google') =>
    table({ environment: 'production', identityProvider })?.scopes
  expect(scopesAt('microsoft')).toEqual(['ads', 'openid', 'profile', 'offline_access'])
  expect(scopesAt('google')).toEqual(['openid', 'email', 'profile'])
})
