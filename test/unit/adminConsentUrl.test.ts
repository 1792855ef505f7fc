import { expect, test } from 'vitest'
import type { Config, EnvironmentConfig } from '../../shared/config.ts'
import { adminConsentUrl, isCuredByAdminConsent } from '../../shared/identity/adminConsent.ts'
import { createSignInTable } from '../../shared/identity/signInTable.ts'

const authority = { origin: 'https://login.example', tenant: 'common' }
const scope = 'https://ads.microsoft.com/msads.manage'
const config = { microsoft: { clientId: 'client', authority, scope } } as EnvironmentConfig
const redirectUri = 'https://broker.example/oauth/callback'

/** The scopes of a sign-in in this environment. */
const scopesOf = (environmentConfig: EnvironmentConfig) =>
  createSignInTable({ environments: new Map([['production', environmentConfig]]) } as unknown as Config)({
    environment: 'production',
    identityProvider: 'microsoft',
  })?.scopes

test('the link asks an administrator for all that a sign-in asks for', () => {
  const { origin, pathname, searchParams } = new URL(adminConsentUrl(config, redirectUri))
  expect(origin + pathname).toBe('https://login.example/organizations/v2.0/adminconsent')
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'client',
    redirect_uri: redirectUri,
    state: 'admin-consent',
    scope: 'd42ffc93-c136-491d-b4fd-6f18168c68fd/msads.manage openid profile offline_access',
  })
  expect(scopesOf(config)).toEqual([scope, 'openid', 'profile', 'offline_access'])
})

test('the sandbox’s link asks for the sandbox’s scope', () => {
  const sandbox = { microsoft: { ...config.microsoft, scope: 'https://si.ads.microsoft.com/msads.manage' } }
  const link = new URL(adminConsentUrl(sandbox as EnvironmentConfig, redirectUri))
  expect(link.searchParams.get('scope')?.split(' ')).toEqual(scopesOf(sandbox as EnvironmentConfig))
})

test('the link leads to the advertiser’s directory if it is known', () => {
  expect(new URL(adminConsentUrl(config, redirectUri, 'contoso')).pathname).toBe('/contoso/v2.0/adminconsent')
})

test.each([
  ['admin_consent_required', true],
  ['advertising_not_enabled', true],
  ['consent_not_given', true],
  ['consent_declined', false],
  ['grant_revoked', false],
  [undefined, false],
] as const)('the link fixes %s: %s', (reason, isCured) => {
  expect(isCuredByAdminConsent(reason)).toBe(isCured)
})
