import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault, VaultSettings } from '../../local/vault/control.ts'
import type { RunningVault } from '../../local/vault/vault.ts'
import { deleteSecret, getToken, namesOf, openVaultBench, refusalOf, type VaultBench } from './vault-bench.ts'

let bench: VaultBench
let vault: RunningVault
let client: SecretClient

beforeAll(async () => {
  bench = await openVaultBench()
})

afterAll(() => bench.close())

beforeEach(async () => {
  vault = await bench.startVault()
  client = bench.connect(vault.origin)
})

afterEach(() => vault.stop())

describe('faults on demand', () => {
  const addFault = async (fault: Fault) =>
    expect(
      (await bench.send(vault, 'POST', '/_control/faults', { body: JSON.stringify(fault) })).status,
    ).toBe(204)

  test.each([
    { kind: 'throttled', status: 429, code: 'Throttled' },
    { kind: 'forbiddenByRbac', status: 403, code: 'Forbidden', inner: 'ForbiddenByRbac' },
    { kind: 'forbiddenByPolicy', status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' },
    { kind: 'requestDisallowedByPolicy', status: 403, code: 'RequestDisallowedByPolicy' },
    { kind: 'forbiddenByAccessPolicy', status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' },
    { kind: 'forbiddenByFirewall', status: 403, code: 'Forbidden', inner: 'ForbiddenByFirewall' },
    { kind: 'serverError', status: 500, code: 'InternalServerError' },
  ] as const)('$kind occurs the given number of times and no more', async ({ kind, ...refusal }) => {
    await client.setSecret('grant', 'one')
    await addFault({ operation: 'get', name: 'gra', kind, times: 1 })
    expect(await refusalOf(client.getSecret('grant'))).toEqual(refusal)
    expect((await client.getSecret('grant')).value).toBe('one')
  })

  test('a throttled answer has no Retry-After, so the client does not retry automatically', async () => {
    await addFault({ kind: 'throttled', times: 2 })
    const { headers } = await bench.send(vault, 'GET', '/secrets?api-version=7.5', {
      token: await getToken(),
    })
    expect(headers['retry-after']).toBeUndefined()
    const refusal = await refusalOf(bench.connect(vault.origin, 3).setSecret('grant', 'one'))
    expect(refusal).toEqual({ status: 429, code: 'Throttled' })
  })

  test('the client asks again after one 401, as after a challenge, and not after two', async () => {
    await client.setSecret('grant', 'one')
    await addFault({ kind: 'unauthorized', times: 1 })
    expect((await client.getSecret('grant')).value).toBe('one')
    await addFault({ kind: 'unauthorized', times: 2 })
    expect(await refusalOf(client.getSecret('grant'))).toEqual({ status: 401, code: 'Unauthorized' })
  })

  test('the client itself tries again after the service failed', async () => {
    await addFault({ kind: 'serverError', times: 2 })
    expect((await bench.connect(vault.origin, 3).setSecret('grant', 'one')).value).toBe('one')
  })

  test('a connection cut before the effect has changed nothing, one cut after it has', async () => {
    await addFault({ operation: 'set', name: 'before', kind: 'cut' })
    await addFault({ operation: 'set', name: 'after', kind: 'cutAfterEffect' })
    await expect(client.setSecret('before', 'one')).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expect(client.setSecret('after', 'one')).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await namesOf(client.listPropertiesOfSecrets())).toEqual(['after'])
    expect((await client.getSecret('after')).value).toBe('one')
  })

  test('a hanging request ends when the caller gives up', async () => {
    await addFault({ operation: 'get', kind: 'hang' })
    const controller = new AbortController()
    const hanging = client.getSecret('grant', { abortSignal: controller.signal })
    await vi.waitUntil(() => vault.control.requests().length === 1)
    controller.abort()
    await expect(hanging).rejects.toThrow(/abort/i)
  })

  test('faults affect only their names and operations, and can be cleared', async () => {
    await addFault({ operation: 'get', name: 'grant', kind: 'serverError' })
    await client.setSecret('grant', 'one')
    await client.setSecret('other', 'one')
    expect((await client.getSecret('other')).value).toBe('one')
    await bench.send(vault, 'DELETE', '/_control/faults')
    expect((await client.getSecret('grant')).value).toBe('one')
  })

  test('an unknown fault is refused', async () => {
    const { status } = await bench.send(vault, 'POST', '/_control/faults', { body: '{"kind":"earthquake"}' })
    expect(status).toBe(400)
  })

  test('the log of requests has each caller and request, and never a value', async () => {
    const { properties } = await client.setSecret('grant', 'a secret value')
    await addFault({ operation: 'get', kind: 'throttled', times: 1 })
    await refusalOf(client.getSecret('grant'))
    const { body } = await bench.send(vault, 'GET', '/_control/requests')
    const caller = expect.stringMatching(/^[0-9a-f-]{36}$/)
    expect(body).toEqual([
      {
        at: expect.any(String),
        operation: 'set',
        name: 'grant',
        version: properties.version,
        caller,
        status: 200,
      },
      { at: expect.any(String), operation: 'get', name: 'grant', caller, fault: 'throttled', status: 429 },
    ])
    expect(JSON.stringify(body)).not.toContain('a secret value')
    await bench.send(vault, 'DELETE', '/_control/requests')
    expect(vault.control.requests()).toEqual([])
  })
})

describe('settings', () => {
  const set = async (settings: Partial<VaultSettings>) =>
    expect(
      (await bench.send(vault, 'POST', '/_control/settings', { body: JSON.stringify(settings) })).status,
    ).toBe(204)

  test('give each request a latency, and a fault gives one to some', async () => {
    await client.setSecret('grant', 'one')
    const timeOf = async (work: () => Promise<unknown>) => {
      const startedAt = performance.now()
      await work()
      return performance.now() - startedAt
    }
    await set({ latencyMilliseconds: 120 })
    expect(await timeOf(() => client.getSecret('grant'))).toBeGreaterThanOrEqual(119)
    await set({ latencyMilliseconds: 0 })
    vault.control.faults.add({ kind: 'slow', milliseconds: 120, name: 'grant', times: 1 })
    expect(await timeOf(() => client.getSecret('grant'))).toBeGreaterThanOrEqual(119)
  })

  test('let a policy refuse a secret without an expiration date', async () => {
    await set({ requireExpiry: true })
    const refused = { status: 403, code: 'Forbidden', inner: 'ForbiddenByPolicy' }
    expect(await refusalOf(client.setSecret('grant', 'one'))).toEqual(refused)
    await client.setSecret('grant', 'one', { expiresOn: new Date('2027-01-01T00:00:00Z') })
    expect(await namesOf(client.listPropertiesOfSecrets())).toEqual(['grant'])
  })

  test('refuse versions and all other requests above what a vault takes in ten seconds', async () => {
    let now = Date.UTC(2026, 0, 1)
    const strict = await bench.startVault({ now: () => new Date(now) })
    const [hasty, token] = [bench.connect(strict.origin), await getToken()]
    Object.assign(strict.control.settings, { throttling: true, createsPerSpan: 2, othersPerSpan: 3 })
    for (const value of ['one', 'two']) await hasty.setSecret('grant', value)
    now += 7500
    const { status, headers } = await bench.send(strict, 'PUT', '/secrets/grant?api-version=7.5', {
      token,
      body: '{"value":"three"}',
    })
    expect([status, headers['retry-after']]).toEqual([429, '3'])
    for (let read = 0; read < 3; read++) await hasty.getSecret('grant')
    const { status: refused } = await bench.send(strict, 'GET', '/secrets?api-version=7.5', { token })
    expect(refused).toBe(429)
    now += 2500
    expect((await hasty.setSecret('grant', 'three')).value).toBe('three')
    await strict.stop()
  })
})

test('operations are counted by kind, and a deletion by the SDK is two', async () => {
  await client.setSecret('grant', 'one')
  await bench.send(vault, 'DELETE', '/_control/requests')
  await deleteSecret(client, 'grant')
  const { body } = await bench.send(vault, 'GET', '/_control/operations')
  expect(body).toEqual({ delete: 1, getDeleted: 1 })
})
