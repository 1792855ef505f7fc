import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fault } from '../../local/vault/control.ts'
import type { RunningVault } from '../../local/vault/vault.ts'
import { getToken, namesOf, openVaultBench, refusalOf, type VaultBench } from './vault-bench.ts'

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

  test('the client itself retries after a failure of the service', async () => {
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
