import { describe, expect, test } from 'vitest'
import { systemClock, systemRandomness } from '../../shared/clock.ts'
import { isPassing } from '../../shared/domain/patience.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { toProblem } from '../../shared/domain/toProblem.ts'
import { problemResponse } from '../../shared/http/responses.ts'
import { Secret } from '../../shared/secret.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { owner } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'

const fault = new StorageUnavailableError('vault', 0, 'SecretOfAnotherTenant')

async function openStore() {
  const vault = createModelVault()
  const store = createGrantVault([vault], {
    ...{ clock: systemClock, randomness: systemRandomness, log: () => undefined },
  })
  const first = await store.write(new Secret('one'), owner)
  return { vault, store, first, newer: await store.write(new Secret('two'), owner, first) }
}

describe('a secret of another tenant', () => {
  test.each([
    ['tenant', { tenant: 'thief' }],
    ['workspace', { workspace: 'thieves' }],
    ['environment', { environment: 'sandbox' }],
    ['identity provider', { identityProvider: 'google' }],
  ] as const)(
    'a row that names it gets neither the token nor a newer one: another %s',
    async (_what, other) => {
      const { vault, store, first, newer } = await openStore()
      const thief = { ...owner, ...other }
      await expect(store.read(newer, thief)).rejects.toMatchObject({ code: fault.code })
      await expect(store.readNewer(first, thief)).rejects.toMatchObject({ code: fault.code })
      expect((await store.read(newer, owner))?.expose()).toBe('two')
      expect((await store.readNewer(first, owner))?.refreshToken.expose()).toBe('two')
      expect([...vault.live()]).toHaveLength(2)
    },
  )

  test('without tags belongs to nobody', async () => {
    const { vault, store } = await openStore()
    const { version } = await vault.write('grant-bare', new Secret('x'), { expiresOn: new Date() })
    const reading = store.read(`vault:${vault.host}/grant-bare/${version}/0`, owner)
    await expect(reading).rejects.toMatchObject({ code: fault.code })
  })

  test('is the operator’s problem, and no failure that passes', () => {
    expect(isPassing(fault)).toBe(false)
    expect(JSON.parse(String(problemResponse(toProblem(fault), 'request').body))).toMatchObject({
      ...{ actor: 'operator', code: 'storage_unavailable', reason: 'secret_of_another_tenant' },
    })
  })
})
