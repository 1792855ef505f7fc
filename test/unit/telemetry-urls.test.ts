import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scrubUrl } from '../../shared/telemetry/urls.ts'

test.each([
  ['https://b.example/oauth/callback?code=abc&state=def', 'https://b.example/oauth/callback'],
  ['https://b.example/oauth/authorize?session=abc#x', 'https://b.example/oauth/authorize'],
  ['https://me:pw@b.example:8443/a', 'https://b.example:8443/a'],
  [
    'https://v.vault.azure.net/secrets/grant-5f/0b1c?api-version=7',
    'https://v.vault.azure.net/secrets/{secret}',
  ],
  [
    'https://v.vault.azure.net/secrets/grant-5f/versions',
    'https://v.vault.azure.net/secrets/{secret}/versions',
  ],
  ['https://v.vault.azure.net/secrets/grant-5f/', 'https://v.vault.azure.net/secrets/{secret}/'],
  ['https://v.vault.azure.net/secrets?maxresults=1', 'https://v.vault.azure.net/secrets'],
  [
    'https://v.vault.azure.net/deletedsecrets/grant-5f/recover',
    'https://v.vault.azure.net/deletedsecrets/{secret}/recover',
  ],
  ["https://t.example/Tenants(PartitionKey='9c',RowKey='tenant')", 'https://t.example/Tenants({keys})'],
  ['https://t.example/Tenants()?$filter=a', 'https://t.example/Tenants({keys})'],
  ['https://l.example/common/oauth2/v2.0/token', 'https://l.example/common/oauth2/v2.0/token'],
])('%s becomes %s', (url, scrubbed) => {
  expect(scrubUrl(new URL(url))).toBe(scrubbed)
})

test('no query, fragment, or name of a secret remains', () => {
  const word = fc.stringMatching(/^zq[a-z0-9]{8,20}$/)
  fc.assert(
    fc.property(word, word, word, word, (secret, version, query, fragment) => {
      const url = new URL(`https://v.vault.azure.net/secrets/${secret}/${version}?q=${query}#${fragment}`)
      expect(scrubUrl(url)).toBe('https://v.vault.azure.net/secrets/{secret}')
    }),
  )
})
