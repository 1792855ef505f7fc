import { addSeconds } from '../clock.ts'
import { maxLifetimeSeconds, maxStuckWaitSeconds, maxWaitSeconds, type ScheduleConfig } from './schedule.ts'
import type { CachedAccessToken, RefreshTrouble, Tenant } from './tenant.ts'

/** Seconds by which the clocks of two processes may differ before it's reported. */
export const clockToleranceSeconds = 5

/** The settings that bound the times in a row. */
export type TimeBounds = Pick<ScheduleConfig, 'keepAliveSeconds'> & { readonly leaseSeconds: number }

/**
 * A tenant as read, without the times that no process with a right clock could have written. A lease or a wait
 * too far in the future counts as over, an access token counts as missing, and the tenant is due. Neither does it have
 * what a trouble remembers from before the last refresh that worked: a version that doesn't know such a column ends the
 * trouble without it, and a new trouble would inherit it.
 */
export function withPlausibleTimes(tenant: Tenant, bounds: TimeBounds, now: Date): Tenant {
  const isBeyond = (time: Date, seconds: number) => time > addSeconds(now, seconds + clockToleranceSeconds)
  const { accessToken, dueAt, lastVendedAt, lease, trouble, ...rest } = tenant
  const isTokenBeyond =
    accessToken !== undefined &&
    (isBeyond(accessToken.refreshedAt, 0) || isBeyond(accessToken.expiresAt, maxLifetimeSeconds))
  const notBeyond = (time: Date, seconds: number) => (isBeyond(time, seconds) ? now : time)
  return {
    ...rest,
    ...(accessToken && !isTokenBeyond && { accessToken }),
    ...(dueAt && { dueAt: notBeyond(dueAt, bounds.keepAliveSeconds) }),
    ...(lastVendedAt && { lastVendedAt: notBeyond(lastVendedAt, 0) }),
    ...(lease && { lease: { ...lease, until: notBeyond(lease.until, bounds.leaseSeconds) } }),
    ...(trouble && { trouble: plausibleTrouble(withoutOutdated(trouble, accessToken), notBeyond) }),
  }
}

/** Processes' clocks differ, so a trouble can seem a little older than the refresh before it. */
function withoutOutdated(trouble: RefreshTrouble, token: CachedAccessToken | undefined): RefreshTrouble {
  const { nextVendAttemptAt, stuckSince, suspectedSince, toldAt, ...rest } = trouble
  const earliest = token && addSeconds(token.refreshedAt, -clockToleranceSeconds)
  const isCurrent = (time: Date | undefined): time is Date =>
    time !== undefined && (earliest === undefined || time >= earliest)
  return {
    ...rest,
    ...(isCurrent(nextVendAttemptAt) && { nextVendAttemptAt }),
    ...(isCurrent(stuckSince) && { stuckSince }),
    ...(isCurrent(suspectedSince) && { suspectedSince }),
    ...(isCurrent(toldAt) && { toldAt }),
  }
}

function plausibleTrouble(
  trouble: RefreshTrouble,
  notBeyond: (time: Date, seconds: number) => Date,
): RefreshTrouble {
  const { actor, nextAttemptAt, nextVendAttemptAt, stuckSince, suspectedSince, toldAt } = trouble
  return {
    ...trouble,
    nextAttemptAt: notBeyond(nextAttemptAt, actor === 'operator' ? maxStuckWaitSeconds : maxWaitSeconds),
    ...(nextVendAttemptAt && { nextVendAttemptAt: notBeyond(nextVendAttemptAt, maxWaitSeconds) }),
    ...(stuckSince && { stuckSince: notBeyond(stuckSince, 0) }),
    ...(toldAt && { toldAt: notBeyond(toldAt, 0) }),
    ...(suspectedSince && { suspectedSince: notBeyond(suspectedSince, 0) }),
  }
}
