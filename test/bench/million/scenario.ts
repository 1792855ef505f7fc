import type { RefreshConfig } from '../../../shared/config.ts'
import type { Log } from '../../../shared/domain/logEvents.ts'
import { Secret } from '../../../shared/secret.ts'
import { createGrantVault } from '../../../shared/storage/grantVault.ts'
import { combineGrantStores, createSealedGrants } from '../../../shared/storage/sealedGrants.ts'
import { createRandom, type Random } from '../../simulation/random.ts'
import { besideStores, plainSealer, refreshConfig } from '../tenants.ts'
import { createCompactDueIndex } from './dueIndex.ts'
import { type FleetSize, type FleetWork, runFleet } from './fleet.ts'
import { callMilliseconds, latency } from './limits.ts'
import { createLimitedAccount } from './tables.ts'
import { type CompactTenantStore, createCompactTenantStore, type Lateness } from './tenantStore.ts'
import { createLimitedVaults } from './vaults.ts'
import { createVirtualTime, type VirtualTime } from './virtualTime.ts'

/** A number of tenants, refreshed with these settings for this time. */
export interface Scenario extends FleetSize {
  readonly tenants: number
  /** Default is a quarter of active tenants with policy `active`; otherwise all are active, with `always`. */
  readonly allActive?: boolean
  /** The number of vaults for the grants; 0 if they're sealed in their rows. */
  readonly vaults: number
  readonly keepAliveDays: number
  readonly sweepConcurrency: number
  /** Default is 2000, like the setting's. */
  readonly sweepHandoverCount?: number
  /** Default is 55 minutes: an active tenant's longest wait for its next refresh, plus a sweep. */
  readonly seconds?: number
}

/** The result of a scenario. */
export interface ScenarioResult extends FleetWork, Lateness {
  readonly vaultThrottled: number
  readonly tableThrottled: number
  readonly maxVaultWrites: number
  readonly maxTransactions: number
}

const accessTokenSeconds = 3600
const defaultSeconds = 3300

/**
 * Runs a scenario on a virtual clock. The random seed of the models and the broker is fixed; the waits between the
 * attempts on a throttled vault use cockatiel's own randomness, so runs differ if vaults throttle.
 */
export async function playScenario(scenario: Scenario): Promise<ScenarioResult> {
  const { tenants: count, seconds = defaultSeconds } = scenario
  const time = createVirtualTime()
  const random = createRandom(count)
  const { fraction } = random
  const config: RefreshConfig = {
    ...refreshConfig,
    policy: scenario.allActive ? 'always' : 'active',
    keepAliveSeconds: scenario.keepAliveDays * 86_400,
    sweepConcurrency: scenario.sweepConcurrency,
    sweepSeconds: 240,
    sweepHandoverCount: scenario.sweepHandoverCount ?? 2000,
  }
  const log: Log = () => undefined
  const account = createLimitedAccount(time, fraction)
  const vaults = createLimitedVaults(scenario.vaults, { time, fraction, log, tenants: count })
  const hosts = vaults.vaults.map(({ host }) => host)
  const active = scenario.allActive ? count : Math.floor(count / 4)
  const tenants = createCompactTenantStore({ time, account, count, active, hosts })
  const due = createCompactDueIndex(account, count)
  fill(tenants, due.prepare, { count, active, config, random, time })
  const randomness = {
    fraction,
    identifier: () =>
      random
        .below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
  }
  const sealed = createSealedGrants(plainSealer)
  const grants = combineGrantStores(
    { vault: createGrantVault(vaults.vaults, { clock: time.clock, randomness, log }), sealed },
    'sealed',
  )
  const dependencies = {
    ...besideStores(createSignIn(time, random), plainSealer),
    ...{ tenants, due, grants, randomness, config, log, clock: time.clock },
  }
  const work = await time.run(() => runFleet(dependencies, time, scenario, seconds))
  return {
    ...work,
    ...tenants.lateness(),
    vaultThrottled: vaults.throttled(),
    tableThrottled: account.throttled(),
    maxVaultWrites: vaults.maxWrites(),
    maxTransactions: account.maxTransactions(),
  }
}

interface Filling {
  readonly count: number
  readonly active: number
  readonly config: RefreshConfig
  readonly random: Random
  readonly time: VirtualTime
}

/** The state of tenants after a long time: the last refresh of each is at any time within its interval. */
function fill(
  tenants: CompactTenantStore,
  insert: (number: number, dueAt: number) => void,
  { count, active, config, random, time }: Filling,
): void {
  for (let number = 0; number < count; number++) {
    const jitter = random.fraction()
    const period =
      number < active
        ? accessTokenSeconds - config.aheadSeconds * (1 + jitter)
        : config.keepAliveSeconds * (1 - 0.2 * jitter)
    const dueAt = time.now() + Math.floor(random.fraction() * period * 1000)
    const refreshedAt = dueAt - period * 1000
    tenants.prepare(number, refreshedAt, refreshedAt + accessTokenSeconds * 1000, dueAt)
    insert(number, dueAt)
  }
}

/** A sign-in that always answers with a new refresh token. */
function createSignIn(time: VirtualTime, { fraction, below }: Random) {
  const [least, mean] = callMilliseconds.signIn
  return {
    async refresh() {
      await time.wait(latency(least, mean, fraction()))
      const refreshToken = new Secret(`rt${below(2 ** 32)}`)
      return {
        ok: true,
        accessToken: new Secret('at'),
        refreshToken,
        expiresInSeconds: accessTokenSeconds,
      } as const
    },
  }
}
