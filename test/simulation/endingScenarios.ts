import { brokenRule, idleWorld, name } from './scenarios.ts'
import { settle } from './settle.ts'
import type { Violation } from './violation.ts'
import type { UseCases } from './world.ts'

/** An instance is taken away during a refresh, with or without the host's order, and gets more vends until it's gone. */
export function endDuringRefresh(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [ending, staying] = [world.start(), world.start()]
    const vend = () => ending.accessTokens.get(name).catch(() => undefined)
    void vend()
    await world.pass(world.random.below(300))
    const ended = world.end(ending)
    void vend()
    await world.until(ended)
    const again = await world.until(staying.accessTokens.get(name))
    if (!again.ok && again.because !== 'not_refreshed') world.checks.report('validity', again.because)
    await world.drain()
    await settle(world)
    return world
  })
}

/** An instance is taken away during a sign-in, and then is asked for a token that only a refresh brings. */
export function vendWhileEnding(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const ending = world.start()
    const { clock, unfinishedCommits } = ending.dependencies
    void unfinishedCommits.run(() => clock.sleep(3000))
    const ended = world.end(ending)
    void ending.accessTokens.get(name).catch(() => undefined)
    await world.until(ended)
    await world.drain()
    await settle(world)
    return world
  })
}
