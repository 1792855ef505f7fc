import { RestError } from '@azure/data-tables'
import type { SecretClient } from '@azure/keyvault-secrets'
import { expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { readRestError } from '../../shared/storage/unavailable.ts'
import { createVault } from '../../shared/storage/vault.ts'

const refusal = (message: string, code: string, inner?: string) =>
  Object.assign(new RestError(message, { statusCode: 403, code }), {
    details: inner ? { error: { code, innerError: { code: inner } } } : {},
  })

const byRole =
  'Caller is not authorized to perform action on resource.\r\nIf role assignments were changed recently, please wait.'
const byAccessPolicy = "The application 'oid=1' does not have secrets set permission on key vault 'grants1'."

test.each([
  [
    'ForbiddenByPolicy',
    refusal('Operation "set" is not allowed by policy.', 'Forbidden', 'ForbiddenByPolicy'),
  ],
  ['ForbiddenByPolicy, without a word on it', refusal('Forbidden', 'Forbidden', 'ForbiddenByPolicy')],
  ['RequestDisallowedByPolicy', refusal('Refused.', 'RequestDisallowedByPolicy')],
  ['RequestDisallowedByPolicy inside', refusal('Refused.', 'Forbidden', 'RequestDisallowedByPolicy')],
  ['a message alone', refusal('The secret was disallowed by policy.', 'Forbidden')],
])('an Azure Policy is recognized by %s', (_what, error) => {
  expect(readRestError(error)).toEqual({ status: 403, code: 'DisallowedByPolicy' })
})

test.each([
  ['a role', refusal(byRole, 'Forbidden', 'ForbiddenByRbac'), 'ForbiddenByRbac'],
  ['a role, whatever the message says', refusal('policy', 'Forbidden', 'ForbiddenByRbac'), 'ForbiddenByRbac'],
  ['an access policy', refusal(byAccessPolicy, 'Forbidden', 'ForbiddenByPolicy'), 'ForbiddenByPolicy'],
  [
    'a missing access policy',
    refusal('Caller was not found on any access policy.', 'AccessDenied'),
    'AccessDenied',
  ],
  [
    'a firewall',
    refusal('Client address is not authorized.', 'Forbidden', 'ForbiddenByFirewall'),
    'ForbiddenByFirewall',
  ],
  [
    'a firewall, whatever the message says',
    refusal('Not allowed by policy.', 'Forbidden', 'ForbiddenByFirewall'),
    'ForbiddenByFirewall',
  ],
  ['a read-only vault', refusal('The vault is read-only.', 'Forbidden'), 'Forbidden'],
])('a refusal by %s is not taken for a policy', (_what, error, code) => {
  expect(readRestError(error)).toEqual({ status: 403, code })
})

test('only a 403 is a refusal by policy', () => {
  const error = new RestError('throttled by policy', { statusCode: 429, code: 'Throttled' })
  expect(readRestError(error)).toEqual({ status: 429, code: 'Throttled' })
})

test('each secret that the broker writes has what policies demand: a content type and an expiry date', async () => {
  const written: unknown[] = []
  const client = {
    vaultUrl: 'https://grants1.vault.azure.net/',
    async getSecret() {
      throw new RestError('Not found.', { statusCode: 404, code: 'SecretNotFound' })
    },
    async setSecret(name: string, _value: string, options: object) {
      written.push(options)
      return { name, properties: { version: 'v' } }
    },
  }
  const expiresOn = new Date('2027-01-01T00:00:00Z')
  await createVault(client as unknown as SecretClient, () => {}).write('grant-1', new Secret('rt'), {
    expiresOn,
  })
  expect(written).toMatchObject([{ contentType: 'text/plain', expiresOn }])
})
