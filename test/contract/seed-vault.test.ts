import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecretClient } from '@azure/keyvault-secrets'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { neededSecrets } from '../../local/seed.ts'
import { type Stack, startStack } from '../../local/stack.ts'

let folder: string
let stack: Stack
const name = 'production-developer-token'

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-seed-'))
  stack = await startStack({ folder, ports: 'free' })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** Leaves something in the vault, and starts on the same folder again. */
async function startAfter(leave: (vault: SecretClient) => Promise<unknown>): Promise<Stack> {
  await leave(stack.vault).finally(() => stack.stop())
  const next = await startStack({ folder, ports: 'free' })
  onTestFinished(() => next.stop())
  return next
}

const past = new Date(Date.now() - 60_000)

test.each<[string, (vault: SecretClient) => Promise<unknown>]>([
  ['another value', (vault) => vault.setSecret(name, 'my-own-token')],
  ['a disabled secret', (vault) => vault.setSecret(name, 'my-own-token', { enabled: false })],
  ['an expired secret', (vault) => vault.setSecret(name, initialValue(name) ?? '', { expiresOn: past })],
  [
    'a deleted secret',
    async (vault) => (await vault.beginDeleteSecret(name, { intervalInMs: 20 })).pollUntilDone(),
  ],
])('%s that an earlier start left is replaced', async (_, leave) => {
  const next = await startAfter(leave)
  const { value, properties } = await next.vault.getSecret(name)
  expect({ value, enabled: properties.enabled, expiresOn: properties.expiresOn }).toEqual({
    value: initialValue(name),
    enabled: true,
    expiresOn: undefined,
  })
  expect(next.replacedSecrets).toEqual([name])
})

test('a second start leaves every good secret as it is', async () => {
  const before = await versionsOf(stack.vault)
  const next = await startAfter(async () => {})
  expect(await versionsOf(next.vault)).toEqual(before)
  expect(next.replacedSecrets).toEqual([])
})

test('sealing keys of an earlier start stay, and what aren’t keys is replaced', async () => {
  const keys = JSON.stringify({ keys: [{ kty: 'oct', kid: 'mine', k: 'x'.repeat(43) }] })
  const next = await startAfter((vault) => vault.setSecret('sealing-keys', keys))
  expect((await next.vault.getSecret('sealing-keys')).value).toBe(keys)
  stack = next
  const last = await startAfter((vault) => vault.setSecret('sealing-keys', 'not keys'))
  expect(JSON.parse((await last.vault.getSecret('sealing-keys')).value ?? '')).toHaveProperty('keys')
})

const initialValue = (secret: string) => neededSecrets()[secret]?.value

async function versionsOf(vault: SecretClient): Promise<Record<string, string | undefined>> {
  const names = Object.keys(neededSecrets())
  const all = names.map(async (each) => [each, (await vault.getSecret(each)).properties.version])
  return Object.fromEntries(await Promise.all(all))
}
