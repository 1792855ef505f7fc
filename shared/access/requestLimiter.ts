import type { Clock } from '../clock.ts'
import { Problem } from '../problems.ts'
import {
  type LimitScope,
  limitScopes,
  type RequestLimitName,
  type RequestLimits,
} from '../settings/requestLimits.ts'
import { createTokenBuckets, type Rate, type TokenBuckets } from './tokenBuckets.ts'

/** Who asks, and for which tenant. */
export interface LimitedCaller {
  readonly app: string
  readonly workspace: string
  readonly tenant: string
}

/** Limits what costs others something. */
export interface RequestLimiter {
  /**
   * Counts a request, unless it's refused.
   * @throws Problem `too_many_requests` that names the limit whose wait is the longest.
   */
  take(limit: RequestLimitName, caller: LimitedCaller): void
}

/** Dependencies of limiting. */
export interface RequestLimiterOptions {
  readonly clock: Pick<Clock, 'now'>
  /** The numbers for an app, which rules can make its own. */
  readonly limitsOf: (app: string) => RequestLimits
}

/** The most buckets of a process: some 10 MB. No scope's flood makes another scope forget. */
const mostBuckets: Readonly<Record<LimitScope, number>> = { app: 10_000, workspace: 10_000, tenant: 20_000 }

/**
 * Creates the limiter of one process. Several processes each count for themselves, and a new one starts with full
 * buckets: nothing is asked of storage.
 */
export function createRequestLimiter({ clock, limitsOf }: RequestLimiterOptions): RequestLimiter {
  const buckets: Readonly<Record<LimitScope, TokenBuckets>> = {
    app: createTokenBuckets(clock, mostBuckets.app),
    workspace: createTokenBuckets(clock, mostBuckets.workspace),
    tenant: createTokenBuckets(clock, mostBuckets.tenant),
  }
  return {
    take(limit, caller) {
      const numbers = limitsOf(caller.app)[limit]
      const asked = limitScopes.map((scope) => {
        const rate = { count: numbers[scope], seconds: spanOf(limit) }
        const key = keyOf(limit, scope, caller)
        return { scope, rate, key, waitSeconds: buckets[scope].waitSeconds(key, rate) }
      })
      const longest = asked.reduce((one, other) => (other.waitSeconds > one.waitSeconds ? other : one))
      if (longest.waitSeconds > 0) throw tooMany(limit, longest)
      for (const { scope, key, rate } of asked) buckets[scope].take(key, rate)
    },
  }
}

function spanOf(limit: RequestLimitName): number {
  return limit.endsWith('PerHour') ? 3600 : 60
}

function keyOf(limit: RequestLimitName, scope: LimitScope, { app, workspace, tenant }: LimitedCaller) {
  const named = { app: [app], workspace: [workspace], tenant: [workspace, tenant] }
  return JSON.stringify([limit, ...named[scope]])
}

function tooMany(
  limit: RequestLimitName,
  { scope, rate, waitSeconds }: { scope: LimitScope; rate: Rate; waitSeconds: number },
): Problem {
  const span = rate.seconds === 60 ? 'minute' : 'hour'
  return new Problem('too_many_requests', {
    detail: `This ${scope} has reached ${limit}: ${rate.count} at once, and then ${rate.count} a ${span}.`,
    retryAfterSeconds: waitSeconds,
    members: { reason: 'limit_reached', limit: { name: limit, scope, count: rate.count } },
  })
}
