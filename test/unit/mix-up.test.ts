import { describe, expect, test } from 'vitest'
import type { Config } from '../../shared/config.ts'
import { isMixedUp } from '../../shared/connect/mixUp.ts'
import { createSignInTable } from '../../shared/identity/signInTable.ts'
import { toSignInView } from '../../shared/ready/signIns.ts'

const google = { authorizeUrl: 'a', tokenUrl: 't', jwksUrl: 'j', issuer: 'https://accounts.google.com' }
const microsoft = {
  clientId: 'm',
  scope: 'ads',
  authority: { origin: 'https://login.example', tenant: 'common' },
}
const config = {
  environments: new Map([['production', { microsoft, google: { clientId: 'g' } }]]),
  google,
  microsoftPersonalTenant: 'consumers',
  redirectUri: 'https://broker.example/oauth/callback',
} as unknown as Config
const rowOf = (identityProvider: 'microsoft' | 'google') => {
  const row = createSignInTable(config)({ environment: 'production', identityProvider })
  if (!row) throw new Error('not configured')
  return row
}

const [iss, code] = [google.issuer, 'code']
const callbackOf = 'google'
const arrivedAt = 'google'

describe('an answer is Google’s', () => {
  test.each([
    ['a code with its issuer', { callbackOf }, { code, iss, arrivedAt }, true],
    ['a code without an issuer', { callbackOf }, { code, arrivedAt }, false],
    ['a code with an error, but no issuer', { callbackOf }, { code, error: 'e', arrivedAt }, false],
    [
      'a code of another issuer',
      { callbackOf },
      { code, iss: 'https://login.example/common/v2.0', arrivedAt },
      false,
    ],
    ['an error without an issuer', { callbackOf }, { error: 'access_denied', arrivedAt }, true],
    [
      'an error of another issuer',
      { callbackOf },
      { error: 'e', iss: 'https://evil.example', arrivedAt },
      false,
    ],
    ['a code at Microsoft’s address', { callbackOf }, { code, iss }, false],
    ['a code at the address that an older release named', {}, { code, iss }, true],
    ['a code there without an issuer', {}, { code }, false],
    [
      'a code of a sign-in that an older release began, at Google’s address',
      {},
      { code, iss, arrivedAt },
      false,
    ],
  ] as const)('%s (%#)', (_title, signIn, response, expected) => {
    expect(isMixedUp(rowOf('google'), signIn, response)).toBe(!expected)
  })
})

describe('an answer is Microsoft’s', () => {
  test.each([
    ['a code without an issuer', { code }, true],
    ['a code of Google', { code, iss }, false],
    ['a code at Google’s address', { code, arrivedAt }, false],
    ['an error at Google’s address', { error: 'access_denied', arrivedAt }, false],
  ] as const)('%s', (_title, response, expected) => {
    expect(isMixedUp(rowOf('microsoft'), {}, response)).toBe(!expected)
  })
})

test.each([
  ['microsoft', 'https://broker.example/oauth/callback'],
  ['google', 'https://broker.example/oauth/callback/google'],
] as const)('the registration at %s needs %s', (provider, redirectUri) => {
  expect(toSignInView(config, rowOf(provider))).toMatchObject({ identityProvider: provider, redirectUri })
})
