import { expect, test } from 'vitest'
import type { EnvironmentConfig } from '../../shared/config.ts'
import { adminConsentUrl, isCuredByAdminConsent } from '../../shared/identity/adminConsent.ts'

const config = {
  microsoft: { clientId: 'client', authority: { origin: 'https://login.example', tenant: 'common' } },
} as EnvironmentConfig
const redirectUri = 'https://broker.example/oauth/callback'

test('the link asks an administrator for the right that Microsoft Advertising needs', () => {
  const { origin, pathname, searchParams } = new URL(adminConsentUrl(config, redirectUri))
  expect(origin + pathname).toBe('https://login.example/organizations/v2.0/adminconsent')
  expect(Object.fromEntries(searchParams)).toEqual({
    client_id: 'client',
    redirect_uri: redirectUri,
    state: 'admin-consent',
    scope: 'd42ffc93-c136-491d-b4fd-6f18168c68fd/msads.manage',
  })
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
