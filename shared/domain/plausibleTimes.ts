import { addSeconds } from '../clock.ts'
import { maxLifetimeSeconds, maxStuckWaitSeconds, maxWaitSeconds, type ScheduleConfig } from './schedule.ts'
import type { RefreshTrouble, Tenant } from './tenant.ts'

/** Seconds by which the clocks of two processes may differ before it's reported. */
export const clockToleranceSeconds = 5

/** The settings that bound the times in a row. */
export type TimeBounds = Pick<ScheduleConfig, 'keepAliveSeconds'> & { readonly leaseSeconds: number }

/**
 * A tenant as read, without the times that no process with a right clock could have written. A lease or a wait
 * too far in the future counts as over, an access token counts as missing, and the tenant is due.
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
    ...(trouble && { trouble: { ...trouble, ...plausibleWaits(trouble, notBeyond) } }),
  }
}

function plausibleWaits(
  { nextAttemptAt, nextVendAttemptAt, stuckSince, suspectedSince, toldAt, ...trouble }: RefreshTrouble,
  notBeyond: (time: Date, seconds: number) => Date,
) {
  const waitSeconds = trouble.actor === 'operator' ? maxStuckWaitSeconds : maxWaitSeconds
  return {
    nextAttemptAt: notBeyond(nextAttemptAt, waitSeconds),
    ...(nextVendAttemptAt && { nextVendAttemptAt: notBeyond(nextVendAttemptAt, maxWaitSeconds) }),
    ...(stuckSince && { stuckSince: notBeyond(stuckSince, 0) }),
    ...(toldAt && { toldAt: notBeyond(toldAt, 0) }),
    ...(suspectedSince && { suspectedSince: notBeyond(suspectedSince, 0) }),
  }
}
