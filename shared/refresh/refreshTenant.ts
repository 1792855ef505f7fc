import { addSeconds, type Deadline } from '../clock.ts'
import { type EnvironmentHold, probeSeconds } from '../domain/holds.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { decideRefresh, type RefreshDecision, type RefreshPurpose } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { scopesOf } from './holds.ts'
import { createLeaseTaker, isLeased, type TakeLease, type TakenLease } from './lease.ts'
import { stepOutsideLease } from './leaseTime.ts'
import type { RefreshOutcome } from './outcome.ts'
import { createProvenKinds } from './provenKinds.ts'
import { type Refreshing, refreshLeased } from './refreshLeased.ts'
import { createRefusedTenants } from './refusedTenants.ts'

/** What a caller brings to a refresh. */
export interface RefreshCall {
  /** The time at which the caller stops waiting. Default is no limit. */
  readonly deadline?: Deadline | undefined
  /**
   * The tenant's row, if the caller has just read it. The first try then doesn't read it: if the row has changed, its
   * ETag refuses the lease, and the next try reads it. Default is to read it.
   */
  readonly stored?: StoredTenant | undefined
}

/** Refreshes one tenant under its lease. Any number of callers in a process share one refresh. */
export interface Refresher {
  /** A refresh that holds the lease at the caller's deadline continues for the next caller. */
  refresh(name: TenantName, purpose: RefreshPurpose, call?: RefreshCall): Promise<RefreshOutcome>
}

const firstPollMilliseconds = 40
const maxPollMilliseconds = 800

/** Creates the only path to a refresh, for vend, sweep, and pass-through. */
export function createRefresher(given: RefreshDependencies): Refresher {
  const memory = { refusedTenants: createRefusedTenants(), provenKinds: createProvenKinds(given) }
  const dependencies: Refreshing = { ...given, ...memory }
  const running = new Map<
    string,
    { readonly purpose: RefreshPurpose; readonly work: Promise<RefreshOutcome> }
  >()
  const start = (name: TenantName, purpose: RefreshPurpose, call: RefreshCall): Promise<RefreshOutcome> => {
    const key = tenantKey(name)
    const work = refreshUnderLease({ ...dependencies, ...call }, name, purpose).finally(() =>
      running.delete(key),
    )
    running.set(key, { purpose, work })
    return work
  }
  return {
    async refresh(name, purpose, { deadline, stored } = {}) {
      const key = tenantKey(name)
      for (let hasWaited = false; ; hasWaited = true) {
        const other = running.get(key)
        // A row that was read before another refresh ended is out of date.
        if (!other) return start(name, purpose, { deadline, stored: hasWaited ? undefined : stored })
        const shared = shareOutcome(await other.work, other.purpose, purpose, given.clock.now())
        if (shared) return shared
      }
    },
  }
}

/**
 * Shares a refresh of this process with its other callers, each with its own purpose.
 * @returns undefined if it doesn't serve their purpose.
 */
function shareOutcome(
  outcome: RefreshOutcome,
  { for: reason }: RefreshPurpose,
  purpose: RefreshPurpose,
  now: Date,
): RefreshOutcome | undefined {
  switch (outcome.outcome) {
    case 'not_found':
    case 'refused':
      return outcome
    case 'refreshed':
    case 'fresh': {
      const { refresh } = decideRefresh(outcome.stored.tenant, purpose, undefined, now)
      if (refresh) return undefined
      return purpose.for === 'sweep' ? { outcome: 'fresh', stored: outcome.stored } : outcome
    }
    case 'passed_on':
      // Unlike a vend, a sweep doesn't wait for another process, and only a vend names a validity.
      if (outcome.reason === 'leased_elsewhere') return reason === purpose.for ? outcome : undefined
      return outcome.reason === 'validity_not_reached' ? undefined : outcome
  }
}

/** Check, lock, act, record: the row's ETag makes checking and locking a single operation. */
async function refreshUnderLease(
  dependencies: Refreshing & RefreshCall,
  name: TenantName,
  purpose: RefreshPurpose,
): Promise<RefreshOutcome> {
  const { tenants, clock, unfinishedCommits, deadline } = dependencies
  const read = () => stepOutsideLease(clock, 'reading the row', () => tenants.read(name), deadline)
  const giveUpAt = addSeconds(clock.now(), purpose.for === 'sweep' ? 0 : dependencies.vendWaitSeconds)
  const take = createLeaseTaker(dependencies)
  const gate = createHoldGate(dependencies, deadline)
  for (let poll = 0; ; poll++) {
    const stored = (poll === 0 && dependencies.stored) || (await read())
    if (!stored) return { outcome: 'not_found' }
    const check = { purpose, take, gate, deadline }
    const ended = await unfinishedCommits.run(() => refreshIfFree(dependencies, stored, check))
    if (ended) return ended
    if (unfinishedCommits.isEnding) return { outcome: 'passed_on', stored, reason: 'instance_ending' }
    if (clock.now() >= giveUpAt) return { outcome: 'passed_on', stored, reason: 'leased_elsewhere' }
    await clock.sleep(Math.min(maxPollMilliseconds, firstPollMilliseconds * 2 ** Math.min(poll, 6)))
  }
}

/** @returns undefined while another process holds the lease. */
async function refreshIfFree(
  dependencies: Refreshing,
  stored: StoredTenant,
  check: Check,
): Promise<RefreshOutcome | undefined> {
  const taken = await checkAndTake(dependencies, stored, check)
  return taken && 'leased' in taken ? refreshLeased(dependencies, taken, check.purpose) : taken
}

interface Check {
  readonly purpose: RefreshPurpose
  readonly take: TakeLease
  readonly gate: HoldGate
  readonly deadline: Deadline | undefined
}

async function checkAndTake(
  dependencies: Refreshing,
  stored: StoredTenant,
  { purpose, take, gate, deadline }: Check,
): Promise<RefreshOutcome | TakenLease | undefined> {
  const { clock, unfinishedCommits } = dependencies
  const hold = await gate.read(stored)
  const decision = decideRefresh(stored.tenant, purpose, hold, clock.now())
  if (!decision.refresh) return toOutcome(decision, stored, hold)
  if (isLeased(stored, clock.now())) return undefined
  await assertAble(dependencies, stored, deadline)
  const ending = { outcome: 'passed_on', stored, reason: 'instance_ending' } as const
  // Before the probe after a hold and the lease, which this instance would keep from those that stay.
  if (unfinishedCommits.isEnding) return ending
  const blocking = hold && (await gate.pass(stored))
  if (blocking) return { outcome: 'passed_on', stored, reason: 'environment_on_hold', hold: blocking }
  // Claiming the probe took a while.
  return unfinishedCommits.isEnding ? ending : take(stored)
}

/**
 * A process that can't authenticate takes neither the lease nor the probe after a hold, because another one may be able
 * to. It's no refusal: neither the tenant nor the registration is at fault.
 */
async function assertAble(
  { clock, tokenEndpoint }: Refreshing,
  { tenant: { environment, grant } }: StoredTenant,
  deadline: Deadline | undefined,
): Promise<void> {
  if (!grant || !tokenEndpoint.assertAbleToAuthenticate) return
  const { identityProvider } = grant
  const check = async () => tokenEndpoint.assertAbleToAuthenticate?.({ environment, identityProvider })
  await stepOutsideLease(clock, 'preparing the authentication', check, deadline)
}

function toOutcome(
  { reason }: Extract<RefreshDecision, { refresh: false }>,
  stored: StoredTenant,
  hold: EnvironmentHold | undefined,
): RefreshOutcome {
  if (reason === 'fresh') return { outcome: 'fresh', stored }
  return { outcome: 'passed_on', stored, reason, ...(hold && { hold }) }
}

/** The holds that concern a tenant, as seen by one refresh. */
interface HoldGate {
  /** The hold in force; otherwise one that has ended, if there is any. */
  read(stored: StoredTenant): Promise<EnvironmentHold | undefined>
  /** Claims the one attempt allowed after a hold. Returns the blocking hold if another process claimed it. */
  pass(stored: StoredTenant): Promise<EnvironmentHold | undefined>
}

function createHoldGate({ clock, environments }: RefreshDependencies, deadline?: Deadline): HoldGate {
  let isPassed = false
  const readAll = async ({ tenant }: StoredTenant): Promise<readonly EnvironmentHold[]> => {
    const { grant } = tenant
    if (!grant || isPassed) return []
    const read = () => Promise.all(scopesOf({ tenant, grant }).map((scope) => environments.read(scope)))
    const found = await stepOutsideLease(clock, 'reading the holds', read, deadline)
    return found.filter((hold) => hold !== undefined)
  }
  return {
    async read(stored) {
      const holds = await readAll(stored)
      return holds.find(({ until }) => until > clock.now()) ?? holds[0]
    },
    async pass(stored) {
      for (const hold of await readAll(stored)) {
        const reserve = () => environments.reserveProbe(hold, addSeconds(clock.now(), probeSeconds))
        const blocking = await stepOutsideLease(clock, 'claiming the probe', reserve, deadline)
        if (blocking) return blocking
      }
      isPassed = true
      return undefined
    },
  }
}
