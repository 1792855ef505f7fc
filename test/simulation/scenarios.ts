import type { Clock } from '../../shared/clock.ts'
import type { GrantStore } from '../../shared/domain/grants.ts'
import type { Lease } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { Secret } from '../../shared/secret.ts'
import { createWatchedRefresher, type SimulatedBroker } from './broker.ts'
import { connect, findConnected } from './consents.ts'
import { dueTenants } from './dueTenants.ts'
import type { ProviderMode } from './models/identityProvider.ts'
import { settle } from './settle.ts'
import { Violation } from './violation.ts'
import { type UseCases, World, workspace } from './world.ts'

const second = 1000
/** The one tenant of a world. */
export const name = { workspace, tenant: 't1' }

/** A calm world with one idle tenant whose token is about to expire. */
export async function idleWorld(
  seed: number,
  useCases: UseCases,
  mode: ProviderMode = 'microsoft',
): Promise<World> {
  const world = new World({ seed, mode, useCases })
  world.calm = true
  const now = world.scheduler.now()
  const pending = {
    ...name,
    environment: 'production',
    status: 'pending',
    createdAt: new Date(now),
  } as const
  await world.tenants.create(pending, [])
  await findConnected(world, pending, new Date(now + 12 * 3600 * second))
  await world.pass((world.plan.lifetimeSeconds - 400) * second)
  return world
}

function sweep(world: World, { dependencies, refresher }: SimulatedBroker): Promise<unknown> {
  return world.until(world.useCases.sweep({ ...dependencies, refresher }))
}

/** The rule that a world breaks, if any. */
export async function brokenRule(work: () => Promise<World>): Promise<Violation | undefined> {
  try {
    return (await work()).violation
  } catch (error) {
    if (error instanceof Violation) return error
    throw error
  }
}

/** One process vends an idle tenant while another one sweeps. */
export function wakeBesideSweep(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [waking, sweeping] = [world.start(), world.start()]
    const vend = waking.accessTokens.get(name)
    await world.pass(world.random.below(200))
    await sweep(world, sweeping)
    await world.until(vend)
    await world.drain()
    return world
  })
}

/** A refusal that must soon be confirmed is committed slowly, while another process sweeps its hint. */
export function refusalBesideSweep(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [asking, sweeping] = [world.start(), world.start()]
    for (const family of world.provider.families()) family.glitches.push('plain_refusal')
    const { tenants, clock } = asking.dependencies
    const replace: TenantStore['replace'] = async (expected, next, events) => {
      if (next.trouble) await clock.sleep(6 * second)
      return tenants.replace(expected, next, events)
    }
    const refresher = useCases.createRefresher({ ...asking.dependencies, tenants: { ...tenants, replace } })
    const refused = refresher.refresh(name, {
      for: 'replacement',
      seen: new Date(clock.now().getTime() + 5 * second),
    })
    await world.pass(5000 + world.random.below(2000))
    await sweep(world, sweeping)
    // If storage is slow too, it isn't committed at all.
    await world.until(refused.catch(() => undefined))
    await world.drain()
    return world
  })
}

/** Refreshes; the commit of the new token is held back until `work` is done. */
function refreshHeldBack(
  world: World,
  { dependencies, process }: SimulatedBroker,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const { tenants, clock } = dependencies
  const replace: TenantStore['replace'] = async (expected, next, events) => {
    if (expected.tenant.lease && !next.lease) await work()
    return tenants.replace(expected, next, events)
  }
  const held = { ...dependencies, tenants: { ...tenants, replace } }
  const refresher = createWatchedRefresher(world, process, held)
  const seen = new Date(clock.now().getTime() + 5 * second)
  return refresher.refresh(name, { for: 'replacement', seen }).catch(() => undefined)
}

/** A person signs in again while a refresh of the old grant is about to commit. */
export function reconnectBesideRefresh(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases)
    const [refreshing, connecting] = [world.start(), world.start()]
    await world.until(refreshHeldBack(world, refreshing, () => connect(world, connecting, name)))
    await settle(world)
    return world
  })
}

/** A grant is migrated while its refresh is about to commit, or after the refreshing process has crashed. */
export function migrateBesideRefresh(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const world = await idleWorld(seed, useCases, 'strict')
    const [refreshing, migrating] = [world.start(), world.start()]
    const to = world.plan.grantStore === 'vault' ? 'sealed' : 'vault'
    const { dependencies, stores } = migrating
    const migrate = () => useCases.migrateGrant({ ...dependencies, stores }, name, to)
    const dies = world.plan.faults.dies > 0 && world.random.chance(0.5)
    const refreshed = refreshHeldBack(world, refreshing, async () => {
      if (dies) refreshing.process.die()
      else await migrate()
    })
    if (!dies) await world.until(refreshed)
    await world.pass(200 * second)
    await world.until(migrate())
    await settle(world)
    return world
  })
}

/** Sealing takes nearly as long as a step's limit, or longer than the whole lease. */
export function slowKeeping(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const { world, broker } = await dueTenants(1, { seed, useCases })
    const { clock, config, sealer } = broker.dependencies
    const milliseconds = world.random.pick([7500, (config.leaseSeconds + 5) * second])
    const seal: typeof sealer.seal = async (...sealed) => {
      await clock.sleep(milliseconds)
      return sealer.seal(...sealed)
    }
    const refresher = useCases.createRefresher({
      ...broker.dependencies,
      sealer: { ...sealer, seal },
    })
    // The lease has no time for it, so the refresh gives up.
    await world.until(refresher.refresh(name, { for: 'sweep' }).catch(() => undefined))
    await world.drain()
    return world
  })
}

/** Taking the lease and reading the grant take nearly as long as a step's limit. */
export function slowReading(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  return brokenRule(async () => {
    const { world, broker } = await dueTenants(1, { seed, useCases })
    const { clock, grants, tenants } = broker.dependencies
    const replace: TenantStore['replace'] = async (expected, next, events) => {
      const written = await tenants.replace(expected, next, events)
      if (!expected.tenant.lease) await clock.sleep(7 * second)
      return written
    }
    const read: GrantStore['read'] = async (reference, owner) => {
      await clock.sleep(6 * second)
      return grants.read(reference, owner)
    }
    const refresher = useCases.createRefresher({
      ...broker.dependencies,
      tenants: { ...tenants, replace },
      grants: { ...grants, read },
    })
    await world.until(refresher.refresh(name, { for: 'sweep' }).catch(() => undefined))
    await world.drain()
    return world
  })
}

/** The most by which two processes' clocks can differ while a lease still separates them. */
const clocksApartMilliseconds = 3000

/**
 * After a vault outage, a new refresh token is stored as late as its lease allows, while another process, whose
 * clock is ahead, waits for the lease to end.
 */
export async function clocksApart(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  const { world, broker } = await dueTenants(1, { seed, useCases })
  // The scenario has its own clocks, tokens, and rule.
  world.checks.afterStep = () => undefined
  const { dependencies } = broker
  const clockOf = (milliseconds: number): Clock => ({
    ...dependencies.clock,
    now: () => new Date(world.scheduler.now() + milliseconds),
  })
  const [late, early] = [clockOf(0), clockOf(clocksApartMilliseconds)]
  let lease: Lease | undefined
  const vaultIsBackMilliseconds = world.random.below(6 * second)
  let violation: Violation | undefined
  const write: GrantStore['write'] = async () => {
    const leftMilliseconds = (lease?.until.getTime() ?? 0) - late.now().getTime()
    const isOut = leftMilliseconds > vaultIsBackMilliseconds
    await late.sleep(world.random.below(400))
    if (isOut) throw world.unavailable('vault')
    if (world.row('t1')?.tenant.lease?.id !== lease?.id)
      violation ??= new Violation('lease_outlived', 'keeps a token beside another process')
    return 'sealed:'
  }
  const replace: TenantStore['replace'] = (expected, next, events) => {
    lease ??= next.lease
    return world.tenants.replace(expected, next, events)
  }
  const stores = { tenants: { ...world.tenants, replace }, grants: { ...dependencies.grants, write } }
  const tokenEndpoint = {
    refresh: async () =>
      ({
        ok: true,
        accessToken: new Secret('at'),
        refreshToken: new Secret('next'),
        expiresInSeconds: 3600,
      }) as const,
  }
  // If the used refresh token still works, the write isn't repeated for that long.
  const config = { ...dependencies.config, usedRefreshTokens: 'revoked' } as const
  const own = { ...dependencies, config, tokenEndpoint }
  const storing = useCases.createRefresher({ ...own, ...stores, clock: late }).refresh(name, { for: 'sweep' })
  await world.pass((dependencies.config.leaseSeconds - 10) * second)
  const seen = new Date(late.now().getTime() + 300 * second)
  const waiting = useCases.createRefresher({ ...own, tenants: world.tenants, clock: early })
  const taking = waiting.refresh(name, { for: 'replacement', seen })
  for (const work of [storing, taking]) await world.until(work.catch(() => undefined))
  return violation
}

/** The write that takes the lease takes effect, but its answer never arrives, or a repetition meets its own row. */
export async function lostLease(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  const { world, broker } = await dueTenants(1, { seed, useCases })
  const { tenants, clock } = broker.dependencies
  const isRepeated = world.random.chance(0.5)
  const replace: TenantStore['replace'] = async (expected, next, events) => {
    const written = await tenants.replace(expected, next, events)
    if (!next.lease) return written
    if (isRepeated) return 'conflict'
    throw new useCases.StorageUnavailableError('tables', 0, 'ETIMEDOUT')
  }
  const refresher = useCases.createRefresher({ ...broker.dependencies, tenants: { ...tenants, replace } })
  const refreshed = refresher.refresh(name, {
    for: 'replacement',
    seen: new Date(clock.now().getTime() + 5 * second),
  })
  const { outcome } = await world.until(refreshed.catch(() => ({ outcome: 'failed' })))
  if (outcome === 'refreshed') return world.violation
  return new Violation('own_write_denied', `the refresh whose lease it is ends as ${outcome}`)
}

/** The vault accepts no new refresh token: it's read-only, down, or hanging. The used one still works. */
export async function refusedWrites(seed: number, useCases: UseCases): Promise<Violation | undefined> {
  const { world, broker } = await dueTenants(1, { seed, useCases })
  const { clock, config, grants, tokenEndpoint } = broker.dependencies
  const status = world.random.pick([403, 503, 0])
  const write: GrantStore['write'] = async () => {
    if (status === 0) await clock.sleep(config.leaseSeconds * second)
    throw new useCases.StorageUnavailableError('vault', status, 'Refused')
  }
  const refresh: typeof tokenEndpoint.refresh = async (request) => {
    const answer = await tokenEndpoint.refresh(request)
    return answer.ok ? { ...answer, refreshToken: new Secret('next') } : answer
  }
  const refresher = useCases.createRefresher({
    ...broker.dependencies,
    config: { ...config, usedRefreshTokens: 'accepted' },
    grants: { ...grants, write },
    tokenEndpoint: { refresh },
  })
  const seen = new Date(clock.now().getTime() + 5 * second)
  const refreshed = refresher.refresh(name, { for: 'replacement', seen })
  const { outcome } = await world.until(refreshed.catch((error: Error) => ({ outcome: error.message })))
  if (outcome === 'refreshed') return world.violation
  return new Violation(
    'answer_thrown_away',
    `a refresh whose new token is refused with ${status}: ${outcome}`,
  )
}
