import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { connect } from './consents.ts'
import { brokenRule, idleWorld, name } from './scenarios.ts'
import { settle } from './settle.ts'
import { Violation } from './violation.ts'
import type { UseCases } from './world.ts'

const second = 1000

/** The tables are restored from a backup from before a disconnect. Its sealed grant still works. */
export function restoredAfterDisconnect(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const broker = world.start()
    const { dependencies, stores } = broker
    await world.until(useCases.migrateGrant({ ...dependencies, stores }, name, 'sealed'))
    const backup = world.row(name.tenant)?.tenant
    await world.until(useCases.disconnectTenant(dependencies, name))
    const row = world.row(name.tenant)
    if (!backup || !row) throw new Error('no row')
    // A refresh goes on without a mark that takes longer than two seconds.
    world.marksAnswerImmediately = true
    await world.tenants.replace(row, backup, [])
    await world.pass(world.plan.lifetimeSeconds * second)
    const { ok } = await world.until(broker.accessTokens.get(name))
    if (ok) throw new Violation('vended_after_disconnect', 'from a restored row')
    await settle(world)
    return world
  })
}

/** A disconnect commits slowly beside a sweep, and its mark can't be written. */
export function disconnectBesideSweep(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [ending, sweeping] = [world.start(), world.start()]
    const { clock, marks, tenants } = ending.dependencies
    const replace: TenantStore['replace'] = async (expected, next, events) => {
      if (next.status === 'disconnected') await clock.sleep(5 * second)
      return tenants.replace(expected, next, events)
    }
    const write = () => Promise.reject(world.unavailable('vault'))
    const services = { ...ending.dependencies, tenants: { ...tenants, replace }, marks: { ...marks, write } }
    const ended = useCases.disconnectTenant(services, name).catch(() => undefined)
    await world.pass(1000 + world.random.below(3000))
    await world.until(useCases.sweep({ ...sweeping.dependencies, refresher: sweeping.refresher }))
    await world.until(ended)
    await settle(world)
    return world
  })
}

/** A person signs in after a disconnect, through a process whose clock is behind. */
export function reconnectAfterDisconnect(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [ending, connecting] = [world.start(), world.start()]
    const { clock } = ending.dependencies
    const ahead = { ...clock, now: () => new Date(clock.now().getTime() + 3 * second) }
    await world.until(useCases.disconnectTenant({ ...ending.dependencies, clock: ahead }, name))
    await world.until(connect(world, connecting, name))
    const { dependencies, stores } = connecting
    await world.until(useCases.migrateGrant({ ...dependencies, stores }, name, 'sealed'))
    await settle(world)
    if (world.row(name.tenant)?.tenant.status !== 'connected')
      throw new Violation('token_lost', 'a consent after the disconnect')
    return world
  })
}
