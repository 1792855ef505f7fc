import { dueTenants } from './dueTenants.ts'
import { brokenRule } from './scenarios.ts'
import { settle } from './settle.ts'
import type { Violation } from './violation.ts'
import type { UseCases } from './world.ts'

/** More people than it takes to hold their kind. */
const people = 12
const sweeps = 10
const maxPauseMilliseconds = 60_000

/** For some minutes, the provider refuses every user's grant without a cause; then it accepts them again. */
export function refusedKind(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const { world, broker } = await dueTenants(people, { seed, useCases })
    // Of several registrations, each would have too few of the people.
    if (world.plan.clients.length > 1) return world
    const sweepers = [broker, world.start()]
    world.provider.refusesGrants = true
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const { dependencies, refresher } = world.random.pick(sweepers)
      await world.until(useCases.sweep({ ...dependencies, refresher }))
      await world.pass(world.random.below(maxPauseMilliseconds))
    }
    world.provider.refusesGrants = false
    await settle(world)
    return world
  })
}
