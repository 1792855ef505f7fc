import { RestError } from '@azure/data-tables'
import type { SecretClient } from '@azure/keyvault-secrets'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { createVault } from '../../shared/storage/vault.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A vault that refuses a number of reads, and the log. */
function refusing(times: number, status = 429) {
  const calls = { reads: 0 }
  const logged: unknown[] = []
  const client = {
    vaultUrl: 'https://grants1.vault.azure.net/',
    async getSecret(name: string) {
      // The first request of each client only learns the challenge.
      if (name === 'first-request') throw new RestError('x', { statusCode: 404 })
      if (calls.reads++ < times) throw new RestError('x', { statusCode: status, code: 'Throttled' })
      return { name, value: 'rt', properties: { version: 'v' } }
    },
  }
  const vault = createVault(client as unknown as SecretClient, (event, fields) =>
    logged.push([event, fields]),
  )
  return { vault, calls, logged }
}

async function read(vault: ReturnType<typeof createVault>, name = 'grant-1'): Promise<unknown> {
  const startedAt = Date.now()
  const reading = vault.read(name).catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return { answer: await reading, waited: Date.now() - startedAt }
}

test('a vault that throttles is called again, at most three times', async () => {
  const { calls, vault } = refusing(3)
  expect(await read(vault)).toMatchObject({ answer: { value: new Secret('rt') } })
  expect(calls.reads).toBe(4)
})

test('a throttled request is logged once, no matter how often it is repeated, and others are logged too', async () => {
  const { logged, vault } = refusing(Number.POSITIVE_INFINITY)
  const fields = { vault: 'grants1.vault.azure.net', operation: 'get' }
  const lines = (count: number) => Array(count).fill(['vault.throttled', fields])
  for (let repeated = 0; repeated < 5; repeated++) await read(vault)
  expect(logged).toEqual(lines(1))
  await read(vault, 'grant-2')
  expect(logged).toEqual(lines(2))
  const at = Date.now()
  vi.setSystemTime(at + 50_000)
  await read(vault)
  expect(logged).toEqual(lines(2))
  vi.setSystemTime(at + 60_000)
  await read(vault)
  expect(logged).toEqual(lines(3))
})

test('a vault that keeps throttling counts as down, and its caller learns this within seconds', async () => {
  const { calls, vault } = refusing(Number.POSITIVE_INFINITY)
  const { answer, waited } = (await read(vault)) as { answer: unknown; waited: number }
  expect(answer).toMatchObject({ name: 'StorageUnavailableError', status: 429 })
  expect(calls.reads).toBe(4)
  expect(waited).toBeGreaterThan(0)
  expect(waited).toBeLessThanOrEqual(6000)
})

test('another failure of a vault is not retried here: its client has retried', async () => {
  const { calls, vault } = refusing(1, 503)
  expect(await read(vault)).toMatchObject({ answer: { status: 503 }, waited: 0 })
  expect(calls.reads).toBe(1)
})

test.each(['SecretNotFound', 'SecretDisabled'])('a secret is absent if the vault says %s', async (code) => {
  const client = { vaultUrl: 'https://a.example/', getSecret: refuseWith(404, code) }
  expect(await createVault(client as unknown as SecretClient, () => {}).read('a')).toBeUndefined()
})

test.each([
  [404, 'ResourceNotFound'],
  [404, 'unknown'],
  [403, 'ForbiddenByRbac'],
  [409, 'Conflict'],
])('%i %s says nothing about a secret', async (statusCode, code) => {
  const client = { vaultUrl: 'https://a.example/', getSecret: refuseWith(statusCode, code) }
  const reading = createVault(client as unknown as SecretClient, () => {}).read('a')
  await expect(reading).rejects.toMatchObject({ name: 'StorageUnavailableError', status: statusCode })
})

function refuseWith(statusCode: number, code: string) {
  return async () => {
    throw new RestError('x', { statusCode, code })
  }
}
