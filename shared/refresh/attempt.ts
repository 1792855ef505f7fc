import type { Clock } from '../clock.ts'
import type { Leased } from '../domain/tenant.ts'
import { createLeaseTime, type LeaseTime } from './leaseTime.ts'

/** One attempt under a lease: the leased row, and the remaining time. */
export interface Attempt {
  readonly leased: Leased
  readonly time: LeaseTime
  readonly startedAt: Date
}

/** Starts an attempt under a lease that has just been taken. */
export function beginAttempt(
  { clock, config }: { readonly clock: Clock; readonly config: Parameters<typeof createLeaseTime>[1] },
  leased: Leased,
): Attempt {
  return { leased, time: createLeaseTime(clock, config, leased.lease.until), startedAt: clock.now() }
}
