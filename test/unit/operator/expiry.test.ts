import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/clock.ts'
import type { Config } from '../../../shared/config.ts'
import type { LogEvents } from '../../../shared/domain/logEvents.ts'
import type { Vault } from '../../../shared/domain/vault.ts'
import { watchExpiry } from '../../../shared/operations/expiry.ts'
import { Secret } from '../../../shared/secret.ts'
import { createNotesInMemory } from './notes.ts'

const name = 'production-microsoft-client-secret'
const start = new Date('2026-11-01T00:00:00Z')
const days = (count: number) => addSeconds(start, count * 86_400)

/** A broker with one secret that expires 40 days after the start. */
function createWorld() {
  const vault = { name, expiresOn: days(40), fails: false, reads: 0 }
  const logged: LogEvents['secret.expiring'][] = []
  const notes = createNotesInMemory()
  let now = start
  const main: Pick<Vault, 'read'> = {
    async read(asked) {
      vault.reads++
      if (vault.fails) throw new Error('no vault')
      if (asked !== vault.name) return undefined
      return { name: asked, version: '1', value: new Secret('s'), tags: {}, expiresOn: vault.expiresOn }
    },
  }
  const environments = new Map([['production', { environment: 'production' }]])
  const config = { clientAuthentication: 'secret', environments } as unknown as Config
  const run = (at: Date) => {
    now = at
    return watchExpiry({
      config,
      notes,
      vaults: { main: main as Vault },
      clock: { now: () => now, sleep: async () => {} },
      log: (event, fields) => {
        if (event === 'secret.expiring') logged.push(fields as LogEvents['secret.expiring'])
      },
    })
  }
  const thresholds = async () =>
    (await notes.events(99)).map(({ thresholdDays }) => thresholdDays).toReversed()
  return { run, logged, thresholds, vault }
}

describe('a secret of the broker that expires', () => {
  test('causes an event at 30, 7, and 1 days, once each, and a log line every day from 30 days on', async () => {
    const world = createWorld()
    for (let day = 0; day <= 41; day++) await world.run(days(day))
    expect(await world.thresholds()).toEqual([30, 7, 1])
    expect(world.logged.map(({ daysLeft }) => daysLeft)).toEqual(
      Array.from({ length: 32 }, (_, day) => 30 - day),
    )
  })

  test('is no news if it is the set of sealing keys, which works beyond its date', async () => {
    const world = createWorld()
    world.vault.name = 'sealing-keys'
    await world.run(days(39))
    expect([await world.thresholds(), world.logged]).toEqual([[], []])
  })

  test('is checked once a day, no matter how many sweeps there are', async () => {
    const world = createWorld()
    await world.run(days(0))
    const { reads } = world.vault
    for (let hour = 1; hour < 24; hour++) await world.run(days(hour / 24))
    expect(world.vault.reads).toBe(reads)
  })

  test('is checked again on the same day if the vault did not answer', async () => {
    const world = createWorld()
    world.vault.fails = true
    await expect(world.run(days(35))).rejects.toThrow('no vault')
    world.vault.fails = false
    await world.run(days(35.1))
    expect(await world.thresholds()).toEqual([7])
  })

  test('starts over once it is replaced', async () => {
    const world = createWorld()
    await world.run(days(39))
    world.vault.expiresOn = days(100)
    await world.run(days(50))
    expect(await world.thresholds()).toEqual([1])
    await world.run(days(75))
    expect(await world.thresholds()).toEqual([1, 30])
  })
})
