import { addSeconds, secondsUntil } from '../clock.ts'
import type { IdentityProvider } from '../environment.ts'
import type { RefreshTrouble, Tenant } from './tenant.ts'

/** The settings that decide when a tenant is refreshed. */
export interface ScheduleConfig {
  readonly policy: 'active' | 'always' | 'onDemand'
  readonly activeWindowSeconds: number
  readonly aheadSeconds: number
  readonly keepAliveSeconds: number
}

/** The longest backoff: an hour. */
const maxBackoffSeconds = 3600
/** The longest wait: an answer can ask for an hour at most, plus the backoff. */
export const maxWaitSeconds = 2 * maxBackoffSeconds
/** The longest wait for a sweep's next try of what only a person or a directory can end: a day. */
export const maxStuckWaitSeconds = 86_400
/** Apps' requests for a tenant in trouble try at most this often. */
const vendRetrySeconds = 60
/**
 * Entra's longest lifetime of an access token, 28 hours
 * (entra/identity-platform/app-resilience-continuous-access-evaluation).
 */
export const maxLifetimeSeconds = 100_800
/** Token-endpoint guidance: the first retry comes after 5 s at the earliest (resilience-client-app.md). */
export const firstRetrySeconds = 5

/**
 * How long a Microsoft refresh token lives (entra/identity-platform/refresh-tokens). The secret of a grant expires then,
 * counted from its last refresh, so no living grant reaches it: `KEEP_ALIVE_DAYS` is 60 at most. Key Vault returns expired
 * secrets as well.
 */
export const grantSecretSeconds = 90 * 86_400
/**
 * How long a refresh token lives without a refresh: Microsoft's as above; Google's six months
 * (developers.google.com/identity/protocols/oauth2, "Refresh token expiration").
 */
export const unusedGrantSeconds: Readonly<Record<IdentityProvider, number>> = {
  microsoft: grantSecretSeconds,
  google: 183 * 86_400,
}
/**
 * When a refresh finds less than this left, it renews the expiry. More than the longest `KEEP_ALIVE_DAYS`, so the next
 * refresh comes in time even if this renewal fails.
 */
export const renewedGrantSecretSeconds = 75 * 86_400

/** Less is never vended (invariant 1). */
export const minimumValiditySeconds = 60

/** Whether an app asked for the tenant recently, so that its token is kept fresh in advance. */
export function isActive(tenant: Tenant, config: ScheduleConfig, now: Date): boolean {
  if (config.policy !== 'active') return config.policy === 'always'
  const { lastVendedAt } = tenant
  return lastVendedAt !== undefined && now < addSeconds(lastVendedAt, config.activeWindowSeconds)
}

/**
 * When a freshly refreshed tenant is due again.
 * Active: before expiry, by the configured margin and up to twice that, so tenants that were connected
 * together drift apart. Idle: often enough to keep the grant alive. Active tenants are never due later than that.
 * @param fraction random, in [0, 1).
 */
export function nextDueAt(
  tenant: Tenant,
  token: { readonly refreshedAt: Date; readonly expiresAt: Date },
  config: ScheduleConfig,
  now: Date,
  fraction: number,
): Date {
  const lifetimeSeconds = secondsUntil(token.expiresAt, token.refreshedAt)
  const keepAliveAt = addSeconds(
    earlier(token.refreshedAt, now),
    config.keepAliveSeconds * (1 - 0.2 * fraction),
  )
  if (!isActive(tenant, config, now)) return keepAliveAt
  const marginSeconds = Math.min(config.aheadSeconds, lifetimeSeconds / 2)
  const spreadSeconds = Math.min(config.aheadSeconds, lifetimeSeconds / 4)
  return earlier(addSeconds(token.expiresAt, -marginSeconds - spreadSeconds * fraction), keepAliveAt)
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}

/**
 * When to retry a failed refresh: exponential with full jitter above a floor.
 * @param attempt 1 for the first failure.
 * @param floorSeconds the wait that the answer asked for. Default is 5 s.
 */
export function retryAt(
  now: Date,
  attempt: number,
  fraction: number,
  floorSeconds = firstRetrySeconds,
): Date {
  const ceiling = Math.min(maxBackoffSeconds, firstRetrySeconds * 2 ** Math.min(attempt, 16))
  return addSeconds(now, Math.max(floorSeconds, firstRetrySeconds) + fraction * ceiling)
}

/**
 * When to retry what waiting doesn't fix: after about as long as it has lasted, a day at most, so that a fix is noticed
 * soon and a tenant that stays stuck is few calls. An app that asks for the tenant doesn't wait that long.
 * @param stuck since when, and the wait that the answer asked for. Default is none.
 */
export function retryStuckAt(
  now: Date,
  { since, floorSeconds = 0 }: { readonly since: Date; readonly floorSeconds?: number | undefined },
  fraction: number,
): Pick<RefreshTrouble, 'nextAttemptAt' | 'nextVendAttemptAt'> {
  const lastedSeconds = Math.max(secondsUntil(now, since), 2 * firstRetrySeconds)
  const waitSeconds = Math.min(maxStuckWaitSeconds, lastedSeconds) * (0.5 + fraction / 2)
  return withVendRetry(now, addSeconds(now, Math.max(waitSeconds, floorSeconds)), floorSeconds)
}

/**
 * The waits of a tenant that an app's request may try a minute after the last time, even if a sweep waits longer.
 * @param floorSeconds the wait that the answer asked for. Default is none.
 */
export function withVendRetry(
  now: Date,
  nextAttemptAt: Date,
  floorSeconds = 0,
): Pick<RefreshTrouble, 'nextAttemptAt' | 'nextVendAttemptAt'> {
  const nextVendAttemptAt = addSeconds(now, Math.max(vendRetrySeconds, floorSeconds))
  return { nextAttemptAt, ...(nextVendAttemptAt < nextAttemptAt && { nextVendAttemptAt }) }
}

/** When a tenant in trouble may be tried for an app's request. */
export function nextVendAttemptAt(trouble: RefreshTrouble): Date {
  return trouble.nextVendAttemptAt ?? trouble.nextAttemptAt
}
