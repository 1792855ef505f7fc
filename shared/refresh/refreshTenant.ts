import { type Deadline, secondsAfter } from '../clock.ts'
import { type EnvironmentHold, probeSeconds } from '../domain/holds.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { decideRefresh, type RefreshDecision, type RefreshWish } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { createLeaseTaker, type Held, isLeased, type TakeLease } from './lease.ts'
import { outsideLease } from './leaseTime.ts'
import type { RefreshOutcome } from './outcome.ts'
import { type Refreshing, refreshLeased } from './refreshLeased.ts'
import { createSuspects } from './suspects.ts'

/** Refreshes one tenant under its lease; N callers of one process share one refresh. */
export interface Refresher {
  /**
   * @param deadline when the caller stops waiting. A refresh that holds the lease then goes on, for the next caller.
   *   Default is as long as it takes.
   */
  refresh(name: TenantName, wish: RefreshWish, deadline?: Deadline): Promise<RefreshOutcome>
}

const firstPollMilliseconds = 40
const longestPollMilliseconds = 800

/** Creates the one path that vend, sweep and pass-through refresh through. */
export function createRefresher(given: RefreshDependencies): Refresher {
  const dependencies: Refreshing = { ...given, suspects: createSuspects() }
  const running = new Map<string, { readonly wish: RefreshWish; readonly work: Promise<RefreshOutcome> }>()
  const start = (name: TenantName, wish: RefreshWish, deadline?: Deadline): Promise<RefreshOutcome> => {
    const key = tenantKey(name)
    const work = refreshUnderLease(dependencies, name, wish, deadline).finally(() => running.delete(key))
    running.set(key, { wish, work })
    return work
  }
  return {
    async refresh(name, wish, deadline) {
      const key = tenantKey(name)
      for (;;) {
        const other = running.get(key)
        if (!other) return start(name, wish, deadline)
        const shared = shareOutcome(await other.work, other.wish, wish, given.clock.now())
        if (shared) return shared
      }
    },
  }
}

/**
 * What a refresh of this process tells others who wait for it, whatever each of them wishes.
 * @returns undefined when it does not answer their wish.
 */
function shareOutcome(
  outcome: RefreshOutcome,
  { for: reason }: RefreshWish,
  wish: RefreshWish,
  now: Date,
): RefreshOutcome | undefined {
  switch (outcome.outcome) {
    case 'not_found':
    case 'refused':
      return outcome
    case 'refreshed':
    case 'fresh': {
      const { refresh } = decideRefresh(outcome.stored.tenant, wish, undefined, now)
      if (refresh) return undefined
      return wish.for === 'sweep' ? { outcome: 'fresh', stored: outcome.stored } : outcome
    }
    case 'passed_on':
      // A sweep does not wait for another process as a vend does, and only a vend names a validity.
      if (outcome.reason === 'leased_elsewhere') return reason === wish.for ? outcome : undefined
      return outcome.reason === 'validity_not_reached' ? undefined : outcome
  }
}

/** Check, lock, act, record: the row's ETag makes the check and the lock one. */
async function refreshUnderLease(
  dependencies: Refreshing,
  name: TenantName,
  wish: RefreshWish,
  deadline?: Deadline,
): Promise<RefreshOutcome> {
  const { tenants, clock } = dependencies
  const giveUpAt = secondsAfter(clock.now(), wish.for === 'sweep' ? 0 : dependencies.vendWaitSeconds)
  const take = createLeaseTaker(dependencies)
  const gate = createGate(dependencies, deadline)
  for (let poll = 0; ; poll++) {
    const stored = await outsideLease(clock, 'reading the row', () => tenants.read(name), deadline)
    if (!stored) return { outcome: 'not_found' }
    const held = await checkAndTake(dependencies, stored, wish, take, gate)
    if (held && 'outcome' in held) return held
    if (held) return await refreshLeased(dependencies, held, wish)
    if (clock.now() >= giveUpAt) return { outcome: 'passed_on', stored, reason: 'leased_elsewhere' }
    await clock.sleep(Math.min(longestPollMilliseconds, firstPollMilliseconds * 2 ** Math.min(poll, 6)))
  }
}

async function checkAndTake(
  { clock }: Refreshing,
  stored: StoredTenant,
  wish: RefreshWish,
  take: TakeLease,
  gate: Gate,
): Promise<RefreshOutcome | Held | undefined> {
  const hold = await gate.read(stored)
  const decision = decideRefresh(stored.tenant, wish, hold, clock.now())
  if (!decision.refresh) return toOutcome(decision, stored, hold)
  if (isLeased(stored, clock.now())) return undefined
  const inTheWay = hold && (await gate.pass(hold))
  if (inTheWay) return { outcome: 'passed_on', stored, reason: 'environment_on_hold', hold: inTheWay }
  return take(stored)
}

function toOutcome(
  { reason }: Extract<RefreshDecision, { refresh: false }>,
  stored: StoredTenant,
  hold: EnvironmentHold | undefined,
): RefreshOutcome {
  if (reason === 'fresh') return { outcome: 'fresh', stored }
  return { outcome: 'passed_on', stored, reason, ...(hold && { hold }) }
}

/** The environment's hold, as one refresh meets it. */
interface Gate {
  read(stored: StoredTenant): Promise<EnvironmentHold | undefined>
  /** Claims the one attempt allowed after a hold. Returns the blocking hold if another process claimed it. */
  pass(hold: EnvironmentHold): Promise<EnvironmentHold | undefined>
}

function createGate({ clock, environments }: RefreshDependencies, deadline?: Deadline): Gate {
  let isPassed = false
  return {
    async read({ tenant: { environment, grant } }) {
      if (!grant || isPassed) return undefined
      const read = () => environments.read(environment, grant.identityProvider)
      return outsideLease(clock, 'reading the hold', read, deadline)
    },
    async pass(hold) {
      const claim = () => environments.claimProbe(hold, secondsAfter(clock.now(), probeSeconds))
      const inTheWay = await outsideLease(clock, 'claiming the probe', claim, deadline)
      isPassed = !inTheWay
      return inTheWay
    },
  }
}
