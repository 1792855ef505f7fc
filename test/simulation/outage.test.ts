import { describe, expect, test } from 'vitest'
import type { SimulatedBroker } from './broker.ts'
import { dueTenants } from './dueTenants.ts'
import * as useCases from './useCases.ts'
import { type World, workspace } from './world.ts'

const minute = 60_000
const tenants = 400
/** The least that an app gets whose tenant is served. */
const minValiditySeconds = 60
/** The calls of the 400 tenants during an outage of 12 hours when each of them waited by itself. */
const callsBefore = 12_187

interface Outage {
  readonly hours: number
}

/** The tenant's app asks; whether it gets a token. */
async function isServed(world: World, { accessTokens }: SimulatedBroker, index: number): Promise<boolean> {
  return (await world.until(accessTokens.get({ workspace, tenant: `t${index}` }, minValiditySeconds))).ok
}

/** Every app asks once; how many are served. */
async function served(world: World, broker: SimulatedBroker): Promise<number> {
  let count = 0
  for (let index = 1; index <= tenants; index++) if (await isServed(world, broker, index)) count++
  return count
}

/** Minutes pass: a sweep every five, and the apps of a fifth of the tenants ask in each. */
async function live(world: World, broker: SimulatedBroker, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes; passed++) {
    if (passed % 5 === 0)
      await world.until(useCases.sweep({ ...broker.dependencies, refresher: broker.refresher }))
    for (let index = 1 + (passed % 5); index <= tenants; index += 5) await isServed(world, broker, index)
    await world.pass(minute)
  }
}

describe('an outage of the provider', () => {
  test.each<Outage>([{ hours: 1 }, { hours: 2 }, { hours: 12 }])(
    'of $hours h costs one probe a minute, and two minutes later 95 % of the tenants are served',
    async ({ hours }) => {
      const { world, broker } = await dueTenants(tenants)
      await live(world, broker, 60)
      const before = world.totals().calls
      world.provider.isDown = true
      await live(world, broker, hours * 60)
      // The worst moment to recover: a probe has just failed.
      expect(await served(world, broker)).toBe(0)
      const calls = world.totals().calls - before
      world.provider.isDown = false
      await world.pass(minute)
      const afterOne = await served(world, broker)
      await world.pass(minute)
      const shares = [afterOne, await served(world, broker)].map((count) => (100 * count) / tenants)
      expect(shares.at(-1)).toBeGreaterThanOrEqual(95)
      expect(calls).toBeLessThan((callsBefore / 12) * hours)
      expect(calls).toBeLessThanOrEqual(hours * 75)
    },
  )
})
