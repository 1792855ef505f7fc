import { expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { checkSeconds, runCheck } from '../../shared/ready/checks.ts'
import { createVirtualClock } from './virtualClock.ts'

test.each([
  [403, 'ForbiddenByRbac', 'a role'],
  [401, 'Unauthorized', 'a role'],
  [403, 'DisallowedByPolicy', 'an exemption'],
  [403, 'ForbiddenByFirewall', 'a look at the network'],
  [0, 'ECONNREFUSED', 'a look at the network'],
])('storage that answers %i %s is fixed by %s', async (status, code, resolution) => {
  const resolutions = { refused: 'a role', disallowed: 'an exemption', unreachable: 'a look at the network' }
  const look = () => Promise.reject(new StorageUnavailableError('vault', status, code))
  expect(await runCheck({ name: 'vault', clock: systemClock, resolutions }, look)).toMatchObject({
    name: 'vault',
    ok: false,
    resolution,
  })
})

test('storage without a token for it is fixed at the identity', async () => {
  const resolutions = { refused: 'a role', disallowed: 'an exemption', unreachable: 'a look at the network' }
  const fault = { reason: 'identity_refused', status: 400 } as const
  const look = () => Promise.reject(new IdentityUnavailableError(fault, 'nobody'))
  expect(await runCheck({ name: 'vault', clock: systemClock, resolutions }, look)).toEqual({
    name: 'vault',
    ok: false,
    detail: 'identity_refused (400)',
    resolution: expect.stringContaining('AZURE_CLIENT_ID'),
  })
})

test('a vault that never answers is named after eight seconds', async () => {
  const clock = createVirtualClock()
  const resolutions = { refused: 'a role', disallowed: 'an exemption', unreachable: 'a look at the network' }
  const subject = { name: 'secret sealing-keys', clock, resolutions, host: 'kv-broker.vault.azure.net' }
  expect(await clock.run(runCheck(subject, () => new Promise(() => {})))).toEqual({
    name: 'secret sealing-keys',
    ok: false,
    detail: 'no answer from kv-broker.vault.azure.net within 8 s',
    resolution: 'a look at the network',
  })
  expect(clock.passed()).toBe(checkSeconds)
})
