import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/clock.ts'
import type { Config } from '../../../shared/config.ts'
import type { LogEvents } from '../../../shared/domain/logEvents.ts'
import type { Vault } from '../../../shared/domain/vault.ts'
import { watchExpiry } from '../../../shared/operations/expiry.ts'
import { Secret } from '../../../shared/secret.ts'
import { createCertified } from '../certified.ts'
import { createNotesInMemory } from './notes.ts'

const name = 'production-microsoft-client-secret'
const start = new Date('2026-11-01T00:00:00Z')
const days = (count: number) => addSeconds(start, count * 86_400)

/** A broker with one secret that expires 40 days after the start. */
function createWorld() {
  const vault = {
    name,
    ...{ value: 's', method: 'secret', fails: false, reads: 0 },
    expiresOn: days(40) as Date | undefined,
  }
  const logged: LogEvents['secret.expiring'][] = []
  const notes = createNotesInMemory()
  let now = start
  const main: Pick<Vault, 'read'> = {
    async read(asked) {
      vault.reads++
      if (vault.fails) throw new Error('no vault')
      if (asked !== vault.name) return undefined
      const { expiresOn, value } = vault
      return {
        name: asked,
        version: '1',
        value: new Secret(value),
        tags: {},
        ...(expiresOn && { expiresOn }),
      }
    },
  }
  const environments = new Map([['production', { environment: 'production', microsoft: {} }]])
  const run = (at: Date) => {
    now = at
    const config = { clientAuthentication: vault.method, environments } as unknown as Config
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

  test.each([undefined, days(400)])(
    'is a certificate that ends before its vault secret, which expires %s',
    async (expiresOn) => {
      const world = createWorld()
      const { pem } = await createCertified('rsa', days(40))
      const certificate = { name: 'production-microsoft-client-certificate-next', value: pem }
      Object.assign(world.vault, { ...certificate, method: 'certificate', expiresOn })
      for (const day of [0, 10, 33, 39]) await world.run(days(day))
      expect(await world.thresholds()).toEqual([30, 7, 1])
      expect(world.logged[0]).toEqual({ secret: certificate.name, daysLeft: 30, of: 'certificate' })
      expect(world.logged).toHaveLength(3)
    },
  )

  test('is the vault secret, if its certificate ends later', async () => {
    const world = createWorld()
    const { pem } = await createCertified('rsa', days(400))
    const certificate = { name: 'production-microsoft-client-certificate', value: pem }
    Object.assign(world.vault, { ...certificate, method: 'certificate' })
    await world.run(days(39))
    expect(world.logged).toEqual([{ secret: certificate.name, daysLeft: 1, of: 'secret' }])
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
