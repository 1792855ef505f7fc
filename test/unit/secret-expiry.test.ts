import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { grantSecretSeconds, renewedGrantSecretSeconds } from '../../shared/domain/schedule.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { addSealingKey, dropOlderSealingKeys, readSealingKeyIds } from '../../shared/secrets/sealingKeys.ts'
import { refreshSettings } from '../../shared/settings/refreshSettings.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { owner } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'
import { createVirtualClock } from './virtualClock.ts'

const day = 86_400
const randomness = { fraction: () => 0, identifier: () => 'f'.repeat(32) }

/** A grant vault, and the days left of its newest secret. */
function open(changes: Partial<Vault> = {}) {
  const clock = createVirtualClock()
  const model = createModelVault()
  const renewals: string[] = []
  const setExpiry: Vault['setExpiry'] = async (name, version, expiresOn) => {
    renewals.push(version)
    await (changes.setExpiry ?? model.setExpiry)(name, version, expiresOn)
  }
  const store = createGrantVault([{ ...model, setExpiry }], { clock, randomness, log: () => undefined })
  const daysLeft = () => {
    const [expiresOn] = [...model.live()].map((each) => each.expiresOn).slice(-1)
    return expiresOn && (expiresOn.getTime() - clock.now().getTime()) / (day * 1000)
  }
  const write = (previous?: string) => store.write(new Secret('rt'), owner, previous)
  const read = (reference: string) => clock.run(store.read(reference, owner))
  return { clock, model, renewals, daysLeft, write, read }
}

describe('the secret of a grant', () => {
  test('expires after 90 days, and each rotation counts them again', async () => {
    const { clock, daysLeft, write } = open()
    const reference = await write()
    expect(daysLeft()).toBe(90)
    clock.advance(60 * day)
    await write(reference)
    expect(daysLeft()).toBe(90)
  })

  test('is renewed by a read if a refresh has brought no new token for more than 15 days', async () => {
    const { clock, daysLeft, read, renewals, write } = open()
    const reference = await write()
    clock.advance(15 * day)
    expect([await read(reference), renewals, daysLeft()]).toEqual([new Secret('rt'), [], 75])
    clock.advance(1)
    expect(await read(reference)).toEqual(new Secret('rt'))
    expect([renewals.length, daysLeft()]).toEqual([1, 90])
  })

  test('of an earlier version gets an expiry date', async () => {
    const { daysLeft, model, read } = open()
    const written = await model.write('grant-1', new Secret('rt'), { tags: { ...owner } } as never)
    await read(`vault:${model.host}/grant-1/${written.version}/0`)
    expect(daysLeft()).toBe(90)
  })

  test('is read although it has expired, and although the vault refuses the renewal', async () => {
    const refusal = () => Promise.reject(new StorageUnavailableError('vault', 403, 'ForbiddenByRbac'))
    const { clock, read, renewals, write } = open({ setExpiry: refusal })
    const reference = await write()
    clock.advance(400 * day)
    expect([await read(reference), renewals.length]).toEqual([new Secret('rt'), 1])
  })

  test('lets nobody wait for its renewal', async () => {
    const { clock, read, write } = open({ setExpiry: () => new Promise(() => {}) })
    const reference = await write()
    clock.advance(16 * day)
    expect(await read(reference)).toEqual(new Secret('rt'))
  })

  test.each([7, 14, 60])(
    'of an idle grant whose token stays keeps 75 days, less %i days without a refresh',
    async (days) => {
      const { clock, daysLeft, read, write } = open()
      const reference = await write()
      const left: number[] = []
      while (left.length < 100) {
        clock.advance(days * day)
        left.push(Number(daysLeft()))
        await read(reference)
      }
      expect(Math.min(...left)).toBeGreaterThan(75 - days)
      expect(Math.min(...left)).toBeLessThan(75)
    },
  )

  test('never expires between two refreshes that KEEP_ALIVE_DAYS allows', () => {
    const longest = refreshSettings.keepAliveSeconds.schema.parse('60')
    expect(refreshSettings.keepAliveSeconds.schema.safeParse('61').success).toBe(false)
    expect(longest).toBeLessThan(renewedGrantSecretSeconds)
    expect(renewedGrantSecretSeconds).toBeLessThan(grantSecretSeconds)
  })
})

test('the sealing keys expire after SECRET_EXPIRY_DAYS, counted again when a key is added or dropped', async () => {
  const [vault, clock] = [createModelVault(), createVirtualClock()]
  const dependencies = { vault, clock, randomness, config: { secretExpiryDays: 180 } }
  const expiresOn = async () => (await vault.read('sealing-keys'))?.expiresOn
  const { sealing } = await addSealingKey(dependencies)
  expect(await expiresOn()).toEqual(addSeconds(clock.now(), 180 * day))
  clock.advance(100 * day)
  await dropOlderSealingKeys(dependencies, sealing)
  expect(await expiresOn()).toEqual(addSeconds(clock.now(), 180 * day))
})

test('no older sealing key is dropped while the newest is younger than ten minutes', async () => {
  const [vault, clock] = [createModelVault(), createVirtualClock()]
  const dependencies = { vault, clock, randomness, config: { secretExpiryDays: 180 } }
  await addSealingKey(dependencies)
  clock.advance(day)
  const isSettled = async () => (await readSealingKeyIds(dependencies))?.settled
  await addSealingKey(dependencies)
  clock.advance(599)
  expect(await isSettled()).toBe(false)
  clock.advance(1)
  expect(await isSettled()).toBe(true)
})
