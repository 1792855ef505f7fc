import { secondsAfter } from '../clock.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import { clockToleranceSeconds } from './believableTimes.ts'
import type { StoredReason } from './reasons.ts'

/** A hold for a problem that only the operator can fix: refreshing stops until `until`, then one attempt probes. */
export interface EnvironmentHold {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  readonly reason: StoredReason
  readonly traceId: string
  readonly since: Date
  readonly until: Date
}

/** The state of environments, shared by all processes. */
export interface EnvironmentStates {
  /** The current or latest hold; undefined if there is none. */
  read(environment: Environment, identityProvider: IdentityProvider): Promise<EnvironmentHold | undefined>
  placeHold(hold: EnvironmentHold): Promise<void>
  /**
   * Claims the one attempt among all processes that an expired hold allows, by extending the hold.
   * @returns undefined if the caller may make the attempt or the hold is gone; otherwise the hold that prevents it.
   */
  reserveProbe(hold: EnvironmentHold, until: Date): Promise<EnvironmentHold | undefined>
  /** Ends a hold and returns whether there was one. */
  release(environment: Environment, identityProvider: IdentityProvider): Promise<boolean>
}

/** No other process probes within this time: as long as a refresh can take, in case the probing process crashes. */
export const probeSeconds = 30

/** The first hold is short, and a lasting one is probed once a minute, so a fixed secret is noticed soon. */
const firstHoldSeconds = 30
const longestHoldSeconds = 60

/** A hold as read: one that no process with a correct clock could have written counts as over, and is probed. */
export function withBelievableEnd(hold: EnvironmentHold, now: Date): EnvironmentHold {
  const isBeyond = hold.until > secondsAfter(now, longestHoldSeconds + clockToleranceSeconds)
  return isBeyond ? { ...hold, until: now } : hold
}

/** The hold after an operator fault: as long as the problem has lasted so far, within limits. */
export function nextHold(
  previous: EnvironmentHold | undefined,
  fault: Pick<EnvironmentHold, 'environment' | 'identityProvider' | 'reason' | 'traceId'>,
  now: Date,
): EnvironmentHold {
  const since = previous?.since ?? now
  const lastedSeconds = (now.getTime() - since.getTime()) / 1000
  const holdSeconds = Math.min(longestHoldSeconds, Math.max(firstHoldSeconds, lastedSeconds))
  return { ...fault, since, until: new Date(now.getTime() + holdSeconds * 1000) }
}
