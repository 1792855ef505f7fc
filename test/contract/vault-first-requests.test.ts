import { setTimeout as wait } from 'node:timers/promises'
import type { SecretClientOptions } from '@azure/keyvault-secrets'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { createVault } from '../../shared/storage/vault.ts'
import { openVaultBench, type VaultBench } from './vault-bench.ts'

let bench: VaultBench

beforeAll(async () => {
  bench = await openVaultBench()
})

afterAll(() => bench.close())

const names = Array.from({ length: 5 }, (_, index) => `secret-${index}`)
const details = { tags: {}, expiresOn: new Date('2027-11-30T00:00:00Z') }

type Policies = NonNullable<SecretClientOptions['additionalPolicies']>

/** A network on which the first answer is overtaken by all others. */
function overtaken(): Policies {
  let sent = 0
  const policy: Policies[number]['policy'] = {
    name: 'overtaken',
    async sendRequest(request, next) {
      const isFirst = sent++ === 0
      const answer = await next(request)
      if (isFirst) await wait(200)
      return answer
    },
  }
  return [{ position: 'perRetry', policy }]
}

async function openNew() {
  const stand = await bench.startVault()
  const client = bench.connect(stand.origin, 0, overtaken())
  return { stand, vault: createVault(client, () => {}) }
}

test('writes that are a new client’s first requests, beside reads, keep their values', async () => {
  const { stand, vault } = await openNew()
  await Promise.all([
    ...names.map((name) => vault.write(name, new Secret(name), details)),
    ...names.map((name) => vault.read(`missing-${name}`)),
  ])
  const read = await Promise.all(names.map((name) => vault.read(name)))
  expect(read.map((secret) => secret?.value.expose())).toEqual(names)
  await stand.stop()
})

test('a new client reads at once, and reads nothing else', async () => {
  const { stand, vault } = await openNew()
  expect(await Promise.all(names.map((name) => vault.read(name)))).toEqual(names.map(() => undefined))
  await vault.write('secret', new Secret('value'), details)
  const asked = stand.control.requests().map(({ operation, name }) => `${operation} ${name}`)
  expect(asked.sort()).toEqual([...names.map((name) => `get ${name}`), 'set secret'])
  await stand.stop()
})
