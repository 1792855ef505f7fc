import { addSeconds, secondsUntil } from '../clock.ts'
import type { Registration } from '../environment.ts'
import { clockToleranceSeconds } from './plausibleTimes.ts'
import type { StoredReason } from './reasons.ts'
import type { Grant } from './tenant.ts'

/** The grants that a hold affects. */
export interface HoldScope extends Registration {
  /** The kind of grant ({@link kindOfGrant}). Default is every grant of the registration. */
  readonly kind?: string | undefined
}

/**
 * Trouble that isn't one tenant's: the operator must fix it, or the provider fails. Refreshing rests until `until`, then
 * one attempt probes.
 */
export interface EnvironmentHold extends HoldScope {
  readonly reason: StoredReason
  readonly traceId: string
  readonly since: Date
  readonly until: Date
  /** When the log last told of it. Absent in a row of an older version. */
  readonly toldAt?: Date
}

/** The state of environments, shared by all processes. */
export interface EnvironmentStates {
  /** The hold that is or was last in force; undefined when there is none. */
  read(scope: HoldScope): Promise<EnvironmentHold | undefined>
  /**
   * Counts a person whose grant of this kind was refused without a cause, or a tenant of this registration for whom the
   * provider failed.
   * @returns how many there are since the last release.
   */
  countRefused(scope: HoldScope, person: string): Promise<number>
  placeHold(hold: EnvironmentHold): Promise<void>
  /**
   * Claims the one attempt among all processes that an expired hold allows, by extending the hold.
   * @returns undefined if the caller may make the attempt or the hold is gone; otherwise the hold that prevents it.
   */
  reserveProbe(hold: EnvironmentHold, until: Date): Promise<EnvironmentHold | undefined>
  /** Ends a hold, and the count of refused people; whether there was a hold. */
  release(scope: HoldScope): Promise<boolean>
}

/**
 * The kind of a grant: grants of one kind can be refused together. Personal accounts are divided by authority, because
 * one authority may refuse what another one accepts.
 */
export function kindOfGrant({ accountKind, authorityTenant }: Grant): string {
  return accountKind === 'personal' ? `personal:${authorityTenant}` : accountKind
}

/** The name of a scope, for example `production:microsoft` or `production:microsoft:personal:consumers`. */
export function nameOfScope({ environment, identityProvider, kind }: HoldScope): string {
  return [environment, identityProvider, ...(kind ? [kind] : [])].join(':')
}

/** No other process probes within this time: as long as a refresh can take, in case the probing process crashes. */
export const probeSeconds = 30

/** A wait that an answer asks for and that every hold covers. */
export const coveredWaitSeconds = 30

/** The first hold is short, and a lasting one is probed once a minute, so a fixed secret is noticed soon. */
const firstHoldSeconds = 30
const maxHoldSeconds = 60

/** The log tells of a lasting hold twice a day, so that every query over a day finds its reason. */
const tellAgainSeconds = 12 * 3600

/** A hold as read: one that no process with a correct clock could have written counts as over, and is probed. */
export function withPlausibleEnd(hold: EnvironmentHold, now: Date): EnvironmentHold {
  const isBeyond = hold.until > addSeconds(now, maxHoldSeconds + clockToleranceSeconds)
  return isBeyond ? { ...hold, until: now } : hold
}

/**
 * The hold after an operator fault: as long as the problem has lasted so far, within limits. It keeps what a later version
 * has noted in the previous one. The log tells of it when it's new, when its reason changes, and again every 12 hours
 * ({@link isHoldTold}).
 */
export function nextHold(
  previous: EnvironmentHold | undefined,
  fault: HoldScope & Pick<EnvironmentHold, 'reason' | 'traceId'>,
  now: Date,
): EnvironmentHold & { readonly toldAt: Date } {
  const since = previous?.since ?? now
  const lastedSeconds = (now.getTime() - since.getTime()) / 1000
  const holdSeconds = Math.min(maxHoldSeconds, Math.max(firstHoldSeconds, lastedSeconds))
  return {
    ...previous,
    ...fault,
    since,
    until: addSeconds(now, holdSeconds),
    toldAt: toldAtOf(previous, fault, now),
  }
}

function toldAtOf(
  previous: EnvironmentHold | undefined,
  { reason }: Pick<EnvironmentHold, 'reason'>,
  now: Date,
): Date {
  const { toldAt } = previous ?? {}
  const isKnown = previous?.reason === reason && toldAt && secondsUntil(now, toldAt) < tellAgainSeconds
  return isKnown ? toldAt : now
}

/** Whether the log has told of a hold already, with the same reason and not too long ago. */
export function isHoldTold(previous: EnvironmentHold | undefined, next: EnvironmentHold): boolean {
  return previous?.reason === next.reason && previous.toldAt?.getTime() === next.toldAt?.getTime()
}
