import type { RefreshConfig } from '../../shared/config.ts'
import type { Environment, IdentityProvider } from '../../shared/environment.ts'
import type { ProviderMode, RotationHabit } from './models/identityProvider.ts'
import type { Random } from './random.ts'

/** Probabilities of an operation's faults. */
export interface FaultRates {
  /** Fails without taking effect. */
  readonly failsBefore: number
  /** Fails although it takes effect. */
  readonly failsAfter: number
  /** Takes up to two minutes, and then may fail in either way. */
  readonly hangs: number
  /** Its process crashes: before the effect, or between effect and answer. */
  readonly dies: number
  /** Takes seconds instead of milliseconds, and is sometimes slightly too late for a step. */
  readonly slow: number
}

/** An environment and an identity provider, which share a client secret. */
export interface SignInClient {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
}

/** One seed's world. */
export interface Plan {
  readonly seed: number
  readonly mode: ProviderMode
  readonly rotation: RotationHabit
  readonly grantStore: 'vault' | 'sealed'
  readonly lifetimeSeconds: number
  readonly tenants: number
  /** The environments and providers of tenants: each pair has its own client secret. */
  readonly clients: readonly SignInClient[]
  readonly processes: number
  readonly actions: number
  readonly faults: FaultRates
  readonly config: RefreshConfig
  readonly rowCacheSeconds: number
  readonly vendWaitSeconds: number
  /** The most by which each process's clock differs from the true time. */
  readonly clockSkewMilliseconds: number
}

const faultRates: Readonly<Record<'none' | 'deaths' | 'slow' | 'light' | 'heavy', FaultRates>> = {
  none: { failsBefore: 0, failsAfter: 0, hangs: 0, dies: 0, slow: 0 },
  deaths: { failsBefore: 0, failsAfter: 0, hangs: 0, dies: 0.02, slow: 0 },
  slow: { failsBefore: 0.01, failsAfter: 0.01, hangs: 0.005, dies: 0.01, slow: 0.4 },
  light: { failsBefore: 0.01, failsAfter: 0.01, hangs: 0.005, dies: 0.005, slow: 0 },
  heavy: { failsBefore: 0.05, failsAfter: 0.05, hangs: 0.02, dies: 0.02, slow: 0 },
}

const allClients: readonly SignInClient[] = [
  { environment: 'production', identityProvider: 'microsoft' },
  { environment: 'sandbox', identityProvider: 'microsoft' },
  { environment: 'production', identityProvider: 'google' },
]

/** Time limits that `parseConfig` accepts, the defaults more often than other values. */
const limits = [
  { leaseSeconds: 60, tokenEndpointSeconds: 10 },
  { leaseSeconds: 60, tokenEndpointSeconds: 10 },
  { leaseSeconds: 30, tokenEndpointSeconds: 10 },
  { leaseSeconds: 30, tokenEndpointSeconds: 15 },
  { leaseSeconds: 45, tokenEndpointSeconds: 20 },
  { leaseSeconds: 120, tokenEndpointSeconds: 30 },
] as const

/** A plan as the first lines of a replay. */
export function describePlan(plan: Plan): string[] {
  const { seed, mode, rotation, grantStore, lifetimeSeconds, tenants, processes, actions, faults } = plan
  const clients = plan.clients.map((each) => `${each.environment}:${each.identityProvider}`)
  const settings = Object.entries(plan.config).map(([name, value]) => `${name} ${value}`)
  return [
    `seed ${seed}, ${mode}, new refresh token ${rotation}, access tokens of ${lifetimeSeconds} s`,
    `${tenants} tenants of ${clients.join(', ')}; grants in ${grantStore}`,
    `${processes} processes, clocks ${plan.clockSkewMilliseconds} ms off at most; ${actions} actions`,
    `faults ${JSON.stringify(faults)}`,
    `settings ${settings.join(', ')}`,
  ]
}

/** Draws a world from its seed. */
export function planOf(seed: number, random: Random, mode: ProviderMode): Plan {
  const trouble = random.weighted({ none: 2, deaths: 2, slow: 1, light: 3, heavy: 3 })
  return {
    seed,
    mode,
    rotation: random.weighted({ always: 6, sometimes: 3, never: 1 }),
    grantStore: random.weighted({ vault: 7, sealed: 3 }),
    lifetimeSeconds: random.pick([3600, 3600, 5400, 900, 150]),
    tenants: random.chance(0.02) ? 50 + random.below(30) : 1 + random.below(4),
    clients: random.weighted({ one: 3, all: 2 }) === 'one' ? allClients.slice(0, 1) : allClients,
    processes: 1 + random.below(3),
    actions: 20 + random.below(30),
    faults: faultRates[trouble],
    config: refreshConfig(random, mode),
    rowCacheSeconds: 30,
    vendWaitSeconds: 15,
    clockSkewMilliseconds: random.chance(0.5) ? 2000 : 0,
  }
}

/** The settings' defaults, except shorter windows, so that both sides of them occur. */
function refreshConfig(random: Random, mode: ProviderMode): RefreshConfig {
  return {
    policy: random.weighted({ active: 6, always: 2, onDemand: 1 }),
    activeWindowSeconds: 3600,
    aheadSeconds: 600,
    keepAliveSeconds: 12 * 3600,
    stuckAfterSeconds: 14 * 86_400,
    sweepConcurrency: 1 + random.below(4),
    sweepSeconds: 240,
    sweepHandoverCount: random.pick([2000, 2000, 2]),
    usedRefreshTokens: mode === 'strict' ? 'revoked' : 'accepted',
    ...random.pick(limits),
  }
}
