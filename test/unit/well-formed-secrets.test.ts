import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { findSecretFault } from '../../shared/secrets/wellFormed.ts'

const secrets = ['sandbox-developer-token', 'production-microsoft-client-secret']

describe.each([...secrets, ...secrets.map((name) => `${name}-next`)])('a %s', (name) => {
  test.each([
    ['', 'is empty'],
    [' \r\n', 'is empty'],
    [
      '@Microsoft.KeyVault(SecretUri=https://v.example/secrets/s)',
      'is a reference that Azure didn’t resolve',
    ],
    ['"TOKEN"', 'has quotation marks around it'],
    ["'TOKEN'\n", 'has quotation marks around it'],
    ['“TOKEN”', 'has quotation marks around it'],
    ['TO\u200bKEN', 'contains an invisible character'],
    ['TOKEN\u200b', 'contains an invisible character'],
    ['TO\u00adKEN', 'contains an invisible character'],
    ['TO\u2028KEN', 'contains an invisible character'],
    ['TO\nKEN', 'contains a line break'],
    ['TO KEN', 'contains a space'],
    ['TO\tKEN', 'contains a space'],
    ['TO\u00a0KEN', 'contains a space'],
    ['TO\0KEN', 'contains a control character'],
    ['TOKEN\x7f', 'contains a control character'],
    ['TÖKEN', 'contains a character that isn’t ASCII'],
  ])('of %j %s', (value, fault) => {
    expect(findSecretFault(name, new Secret(value))).toBe(fault)
  })

  test.each(['012345679ABCDEF0', 'BBD37VB98', 'GOCSPX-a_b', 'x8Q~.Yz-_', ' TOKEN\r\n', '\ufeffTOKEN'])(
    'of %j can be valid',
    (value) => {
      expect(findSecretFault(name, new Secret(value))).toBeUndefined()
    },
  )
})

test('every accepted value can be sent in a header unchanged', () => {
  const unit = fc.constantFrom(...'Ab9~"', ' ', '\n', '\r', '\0', '\u200b', '\ufeff', 'é')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 4 }), (value) => {
      const word = value.trim()
      if (findSecretFault(secrets[0]!, new Secret(value))) return
      expect(word).toMatch(/^[!-~]+$/)
      expect(new Headers({ DeveloperToken: word }).get('DeveloperToken')).toBe(word)
    }),
    { examples: [['TOKEN\n'], ['TO\r\nX: y']] },
  )
})

test('sealing keys and certificates may have several lines', () => {
  expect(findSecretFault('sealing-keys', new Secret('{\n "keys": [] }'))).toBeUndefined()
  expect(
    findSecretFault('production-microsoft-client-certificate', new Secret('-----BEGIN\n')),
  ).toBeUndefined()
})
