import type { GrantStore } from '../../shared/domain/grants.ts'
import type { SimulatedBroker } from './broker.ts'
import { connect, consentAndConfirm } from './consents.ts'
import { brokenRule, idleWorld, name } from './scenarios.ts'
import { settle } from './settle.ts'
import type { Violation } from './violation.ts'
import type { UseCases, World } from './world.ts'

/** How long a listed secret can be committed. */
const uncommittedMilliseconds = 900_000

/** A consent commits about when the time of its secret is over, next to the sweep that destroys the secret. */
export function commitBesideSweep(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [connecting, sweeping] = [world.start(), world.start()]
    const { stores, dependencies } = connecting
    const lateMilliseconds = uncommittedMilliseconds + world.random.below(600)
    const write: GrantStore['write'] = async (...written) => {
      const reference = await stores.vault.write(...written)
      await dependencies.clock.sleep(lateMilliseconds)
      return reference
    }
    const vault = { ...stores.vault, write }
    const grants = useCases.combineGrantStores({ ...stores, vault }, 'vault')
    const connected = connect(world, { ...connecting, dependencies: { ...dependencies, grants } }, name)
    await world.pass(uncommittedMilliseconds + world.random.below(600))
    await world.until(useCases.sweep({ ...sweeping.dependencies, refresher: sweeping.refresher }))
    await world.until(connected)
    await settle(world)
    return world
  })
}

/** A consent's secret is written two minutes late, by a process that dies before its commit. */
export function slowWriteBesideSweep(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    if (world.plan.faults.dies === 0) return world
    const [connecting, sweeping] = [world.start(), world.start()]
    const vault = dyingAfterWrite(connecting, 120_000)
    const grants = useCases.combineGrantStores({ ...connecting.stores, vault }, 'vault')
    const dependencies = { ...connecting.dependencies, grants }
    void connect(world, { ...connecting, dependencies }, name)
    await world.pass(90_000)
    await world.until(useCases.sweep({ ...sweeping.dependencies, refresher: sweeping.refresher }))
    await drainAndSettle(world)
    return world
  })
}

/** A pending grant is migrated to a vault, by a process that dies before its commit. */
export function migratePendingAndDie(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    if (world.plan.faults.dies === 0) return world
    const [consenting, migrating] = [world.start(), world.start()]
    const grants = useCases.combineGrantStores(consenting.stores, 'sealed')
    const dependencies = { ...consenting.dependencies, grants }
    await world.until(consentAndConfirm(world, { ...consenting, dependencies }, name, () => undefined))
    const stores = { ...migrating.stores, vault: dyingAfterWrite(migrating, 0) }
    void useCases.migrateGrant({ ...migrating.dependencies, stores }, name, 'vault')
    await drainAndSettle(world)
    return world
  })
}

/** A person consents again while a first consent still waits for its confirmation. */
export function consentTwice(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    for (const consenting of [world.start(), world.start()])
      await world.until(consentAndConfirm(world, consenting, name, () => undefined))
    await settle(world)
    return world
  })
}

function dyingAfterWrite({ process, stores }: SimulatedBroker, lateMilliseconds: number): GrantStore {
  const write: GrantStore['write'] = async (...written) => {
    if (lateMilliseconds > 0) await process.clock.sleep(lateMilliseconds)
    const reference = await stores.vault.write(...written)
    process.die()
    return reference
  }
  return { ...stores.vault, write }
}

async function drainAndSettle(world: World): Promise<void> {
  await world.drain()
  await settle(world)
}
