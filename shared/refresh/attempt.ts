import type { Clock } from '../clock.ts'
import type { Leased } from '../domain/tenant.ts'
import { createLeaseTime, type LeaseTime } from './leaseTime.ts'

/** One attempt at what a lease was taken for: the row that is held, and the time that is left for it. */
export interface Attempt {
  readonly leased: Leased
  readonly time: LeaseTime
  readonly startedAt: Date
}

/** Begins an attempt under a lease that was just taken. */
export function beginAttempt(
  { clock, config }: { readonly clock: Clock; readonly config: Parameters<typeof createLeaseTime>[1] },
  leased: Leased,
): Attempt {
  return { leased, time: createLeaseTime(clock, config, leased.lease.until), startedAt: clock.now() }
}
