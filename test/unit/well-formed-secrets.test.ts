import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultOfSecret } from '../../shared/secrets/wellFormed.ts'

const secrets = ['sandbox-developer-token', 'production-microsoft-client-secret']

describe.each([...secrets, ...secrets.map((name) => `${name}-next`)])('a %s', (name) => {
  test.each([
    ['', 'is empty'],
    [' \r\n', 'is empty'],
    [
      '@Microsoft.KeyVault(SecretUri=https://v.example/secrets/s)',
      'is a Key Vault reference that Azure has not resolved',
    ],
    ['"TOKEN"', 'has quotation marks around it'],
    ["'TOKEN'\n", 'has quotation marks around it'],
    ['“TOKEN”', 'has quotation marks around it'],
    ['TO\u200bKEN', 'has an invisible character inside'],
    ['TOKEN\u200b', 'has an invisible character inside'],
    ['TO\u00adKEN', 'has an invisible character inside'],
    ['TO\u2028KEN', 'has an invisible character inside'],
    ['TO\nKEN', 'has a line break inside'],
    ['TO KEN', 'has a blank inside'],
    ['TO\tKEN', 'has a blank inside'],
    ['TO\u00a0KEN', 'has a blank inside'],
    ['TO\0KEN', 'has a control character inside'],
    ['TOKEN\x7f', 'has a control character inside'],
    ['TÖKEN', 'has a character outside ASCII'],
  ])('of %j %s', (value, fault) => {
    expect(faultOfSecret(name, value)).toBe(fault)
  })

  test.each(['012345679ABCDEF0', 'BBD37VB98', 'GOCSPX-a_b', 'x8Q~.Yz-_', ' TOKEN\r\n', '\ufeffTOKEN'])(
    'of %j can be one',
    (value) => {
      expect(faultOfSecret(name, value)).toBeUndefined()
    },
  )
})

test('whatever passes can be sent in a header as it is read', () => {
  const unit = fc.constantFrom(...'Ab9~"', ' ', '\n', '\r', '\0', '\u200b', '\ufeff', 'é')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 4 }), (value) => {
      const word = value.trim()
      if (faultOfSecret(secrets[0]!, value)) return
      expect(word).toMatch(/^[!-~]+$/)
      expect(new Headers({ DeveloperToken: word }).get('DeveloperToken')).toBe(word)
    }),
    { examples: [['TOKEN\n'], ['TO\r\nX: y']] },
  )
})

test('sealing keys and certificates may have several lines', () => {
  expect(faultOfSecret('sealing-keys', '{\n "keys": [] }')).toBeUndefined()
  expect(faultOfSecret('production-microsoft-client-certificate', '-----BEGIN\n')).toBeUndefined()
})
