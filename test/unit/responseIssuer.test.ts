import { describe, expect, test } from 'vitest'
import { isResponseIssuer } from '../../shared/identity/responseIssuer.ts'
import type { SignInRow } from '../../shared/identity/signInTable.ts'

const microsoft = {
  signInTenant: 'common',
  issuer: (tid: string) => `https://login.microsoftonline.com/${tid}/v2.0`,
} as SignInRow
const google = { signInTenant: '', issuer: () => 'https://accounts.google.com' } as unknown as SignInRow
const directory = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

describe('the issuer in an authorization response (RFC 9207)', () => {
  test.each([
    ['the template of discovery', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
    ['the authority', 'https://login.microsoftonline.com/common/v2.0'],
    ['a directory', `https://login.microsoftonline.com/${directory}/v2.0`],
    ['a directory in capitals', `https://login.microsoftonline.com/${directory.toUpperCase()}/v2.0`],
  ])('may be Microsoft’s: %s', (_title, iss) => {
    expect(isResponseIssuer(microsoft, iss)).toBe(true)
    expect(isResponseIssuer(google, iss)).toBe(false)
  })

  test('may be Google’s', () => {
    expect(isResponseIssuer(google, 'https://accounts.google.com')).toBe(true)
  })

  test.each([
    '',
    'https://accounts.google.com',
    'https://login.microsoftonline.com/consumers/v2.0',
    `https://login.microsoftonline.com/${directory}`,
    `https://login.microsoftonline.com.evil.example/${directory}/v2.0`,
    `https://login.microsoftonline.com/evil/${directory}/v2.0`,
    'https://login.microsoftonline.com/v2.0',
    `https://login.microsoftonline.bad/${directory}/v2.0`,
    `https://login.microsoftonline.com/${directory}/v1.0`,
  ])('cannot be "%s" after a Microsoft sign-in', (iss) => {
    expect(isResponseIssuer(microsoft, iss)).toBe(false)
  })

  test('cannot merely start like Google’s', () => {
    expect(isResponseIssuer(google, 'https://accounts.google.com/')).toBe(false)
  })
})
