import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import {
  type RunningIdentityEndpoint,
  startIdentityEndpoint,
  vaultAudience,
} from '../../local/identity-endpoint.ts'
import { systemClock } from '../../shared/clock.ts'
import { type IdentityFault, IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { createCredential } from '../../shared/storage/clients.ts'
import { createIdentityTokens } from '../../shared/storage/identityTokens.ts'

let identity: RunningIdentityEndpoint

beforeAll(async () => {
  identity = await startIdentityEndpoint({ port: 0, header: 'let me in' })
  vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint)
  vi.stubEnv('IDENTITY_HEADER', 'let me in')
})

afterEach(() => identity.control.faults.clear())

afterAll(async () => {
  vi.unstubAllEnvs()
  await identity.stop()
})

const judge = (fault: IdentityFault) => new IdentityUnavailableError(fault, 'nobody')
const getToken = (config: Parameters<typeof createCredential>[0] = {}) =>
  createIdentityTokens(createCredential(config), systemClock, judge).getToken(`${vaultAudience}/.default`)

/** The stand-in, the SDK's credential, and our reading of its errors together. */
test.each([
  ['serverError', { reason: 'identity_failing', status: 500 }],
  ['badRequest', { reason: 'identity_refused', status: 400 }],
  ['throttled', { reason: 'identity_failing', status: 429 }],
  ['cut', { reason: 'identity_unreachable', status: 0 }],
] as const)('an endpoint with the fault %s is read as it is', async (kind, fault) => {
  identity.control.faults.add({ kind })
  await expect(getToken()).rejects.toMatchObject(fault)
})

test('a client id that no identity of the app has is refused', async () => {
  const managedIdentityClientId = 'f3a1c9d2-0000-4000-8000-000000000009'
  const refused = { reason: 'identity_refused', status: 400 }
  await expect(getToken({ managedIdentityClientId })).rejects.toMatchObject(refused)
})

test('an error that passes costs the caller only a retry', async () => {
  identity.control.faults.add({ kind: 'serverError', times: 1 })
  expect(await getToken()).toMatchObject({ token: expect.any(String) })
})
