import { expect, test } from 'vitest'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { runCheck } from '../../shared/ready/checks.ts'

test.each([
  [403, 'ForbiddenByRbac', 'a role'],
  [401, 'Unauthorized', 'a role'],
  [403, 'DisallowedByPolicy', 'an exemption'],
  [403, 'ForbiddenByFirewall', 'a look at the network'],
  [0, 'ECONNREFUSED', 'a look at the network'],
])('storage that answers %i %s is fixed by %s', async (status, code, resolution) => {
  const resolutions = { refused: 'a role', disallowed: 'an exemption', unreachable: 'a look at the network' }
  const look = () => Promise.reject(new StorageUnavailableError('vault', status, code))
  expect(await runCheck('vault', resolutions, look)).toMatchObject({ name: 'vault', ok: false, resolution })
})

test('storage without a token for it is fixed at the identity', async () => {
  const resolutions = { refused: 'a role', disallowed: 'an exemption', unreachable: 'a look at the network' }
  const fault = { reason: 'identity_refused', status: 400 } as const
  const look = () => Promise.reject(new IdentityUnavailableError(fault, 'nobody'))
  expect(await runCheck('vault', resolutions, look)).toEqual({
    name: 'vault',
    ok: false,
    detail: 'identity_refused (400)',
    resolution: expect.stringContaining('AZURE_CLIENT_ID'),
  })
})
