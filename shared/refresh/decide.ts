import { addSeconds, secondsUntil } from '../clock.ts'
import type { EnvironmentHold } from '../domain/holds.ts'
import { meaningOf, type RefusalReason } from '../domain/reasons.ts'
import { isCredentialRefusal, type TokenRefusal } from '../domain/refusal.ts'
import { firstRetrySeconds, minimumValiditySeconds, retryAt } from '../domain/schedule.ts'
import type { CachedAccessToken, RefreshTrouble, Tenant } from '../domain/tenant.ts'

/** What the caller of a refresh wants. */
export type RefreshPurpose =
  | { readonly for: 'vend'; readonly minValiditySeconds: number }
  | { readonly for: 'sweep' }
  /** The access token refreshed at `seen` was refused by Microsoft Advertising although unexpired. */
  | { readonly for: 'replacement'; readonly seen: Date }

/** Why a tenant is or is not refreshed now. */
export type RefreshDecision =
  | { readonly refresh: true; readonly reason: 'expires_soon' | 'due' | 'replaced' }
  | {
      readonly refresh: false
      readonly reason:
        | 'fresh'
        | 'waiting_to_retry'
        | 'grant_is_dead'
        | 'not_connected'
        | 'environment_on_hold'
        | 'validity_not_reached'
    }

/**
 * Decides whether a tenant's tokens are refreshed at `now`.
 * Pure: the caller holds the facts. Dead grants are never refreshed (invariant 8).
 */
export function decideRefresh(
  tenant: Tenant,
  purpose: RefreshPurpose,
  hold: EnvironmentHold | undefined,
  now: Date,
): RefreshDecision {
  if (tenant.status === 'reauthorization_required') return { refresh: false, reason: 'grant_is_dead' }
  if (tenant.status !== 'connected' || !tenant.grant) return { refresh: false, reason: 'not_connected' }
  const wanted = reasonToRefresh(tenant, purpose, now)
  if (!wanted) return { refresh: false, reason: 'fresh' }
  if (purpose.for === 'vend' && !canReach(tenant, purpose.minValiditySeconds, now))
    return { refresh: false, reason: 'validity_not_reached' }
  if (tenant.trouble && tenant.trouble.nextAttemptAt > now)
    return { refresh: false, reason: 'waiting_to_retry' }
  if (hold && hold.until > now) return { refresh: false, reason: 'environment_on_hold' }
  return { refresh: true, reason: wanted }
}

/** A token that a refresh has just brought is not bettered by another one; many of them look like a loop (AADSTS50196). */
const restSeconds = 30
/** Answers take time: a promise this close to the whole lifetime cannot be kept. */
const slackSeconds = 2

/**
 * Whether a refresh may bring a token that lasts as long as asked. The last answer tells: one that lived too short
 * from the start is repeated only in the second half of its life, one that can be vended is left alone for a while.
 * What the consent itself brought tells nothing of refreshes.
 */
function canReach({ accessToken, grant }: Tenant, minValiditySeconds: number, now: Date): boolean {
  if (!accessToken || !grant) return true
  const { refreshedAt, expiresAt } = accessToken
  if (refreshedAt <= grant.consentedAt) return true
  const ageSeconds = secondsUntil(now, refreshedAt)
  const lifetimeSeconds = secondsUntil(expiresAt, refreshedAt)
  if (lifetimeSeconds < minValiditySeconds + slackSeconds)
    return ageSeconds >= Math.max(restSeconds, lifetimeSeconds / 2)
  return ageSeconds >= restSeconds || secondsUntil(expiresAt, now) < minimumValiditySeconds
}

function reasonToRefresh(
  tenant: Tenant,
  purpose: RefreshPurpose,
  now: Date,
): 'expires_soon' | 'due' | 'replaced' | undefined {
  const { accessToken, dueAt } = tenant
  switch (purpose.for) {
    case 'vend':
      return accessToken && secondsUntil(accessToken.expiresAt, now) >= purpose.minValiditySeconds
        ? undefined
        : 'expires_soon'
    case 'sweep':
      return dueAt && dueAt <= now ? 'due' : undefined
    case 'replacement':
      return accessToken && accessToken.refreshedAt > purpose.seen ? undefined : 'replaced'
  }
}

/**
 * The access token that a row keeps after a refresh: the one that lasts longer, unless the new one replaces a token that
 * Microsoft Advertising refused. A token that stays counts from this refresh, so that what follows from its age and
 * lifetime, such as when it's refreshed again, is decided from what the refresh achieved.
 */
export function tokenToKeep(
  current: CachedAccessToken | undefined,
  refreshed: CachedAccessToken,
): CachedAccessToken {
  if (!current || refreshed.replaced || current.expiresAt <= refreshed.expiresAt) return refreshed
  return { ...current, refreshedAt: refreshed.refreshedAt }
}

/** What a refusal means for the tenant and its environment. */
export type RefusalVerdict =
  | { readonly verdict: 'dead'; readonly reason: RefusalReason }
  | { readonly verdict: 'retry'; readonly trouble: RefreshTrouble }
  | { readonly verdict: 'hold' }

/** How often in a row an operator fault lengthens the wait: it is fixed at any time, and then noticed within minutes. */
const maxOperatorBackoff = 5

/** Up to this many unknown answers count as passing. After that, the operator must act. */
const maxUnknownAnswers = 5

/**
 * Decides what follows from a refusal.
 * A plain `invalid_grant` has been seen to pass (AADSTS70000), so it is confirmed once, 5 s later at the earliest;
 * a refusal that names what the person must do needs no second look. Operator faults never change a tenant's status:
 * what is about our own credential holds the environment at once; any other may be one directory's doing, so the
 * tenant waits, and {@link isFirstRefusal} says when it counts against the registration.
 */
export function judgeRefusal(
  tenant: Tenant,
  refusal: TokenRefusal,
  now: Date,
  fraction: number,
): RefusalVerdict {
  const attempts = (tenant.trouble?.attempts ?? 0) + 1
  const unknownAnswers = (tenant.trouble?.unknownAnswers ?? 0) + (refusal.unknown ? 1 : 0)
  const counted = unknownAnswers > 0 && { unknownAnswers }
  const base = { attempts, reason: refusal.reason, traceId: refusal.traceId, ...counted }
  switch (refusal.class) {
    case 'operator': {
      if (isCredentialRefusal(refusal)) return { verdict: 'hold' }
      const attempt = Math.min(attempts, maxOperatorBackoff)
      const nextAttemptAt = retryAt(now, attempt, fraction, refusal.retryAfterSeconds)
      return { verdict: 'retry', trouble: { ...base, nextAttemptAt, actor: 'operator' } }
    }
    case 'advertiserAdmin':
      return { verdict: 'dead', reason: refusal.reason }
    case 'advertiser': {
      const suspectedSince = tenant.trouble?.suspectedSince
      const confirmed = suspectedSince !== undefined && secondsUntil(now, suspectedSince) >= firstRetrySeconds
      if (refusal.definite || confirmed) return { verdict: 'dead', reason: refusal.reason }
      const nextAttemptAt = addSeconds(now, Math.max(firstRetrySeconds, refusal.retryAfterSeconds ?? 0))
      return { verdict: 'retry', trouble: { ...base, nextAttemptAt, suspectedSince: suspectedSince ?? now } }
    }
    case 'backOff':
    case 'passing': {
      const nextAttemptAt = retryAt(now, attempts, fraction, refusal.retryAfterSeconds)
      const isOperators = refusal.unknown && unknownAnswers >= maxUnknownAnswers
      return {
        verdict: 'retry',
        trouble: { ...base, nextAttemptAt, ...(isOperators && { actor: 'operator' }) },
      }
    }
  }
}

/** Newly refused tenants in a row, without a success between, that rule out a single directory as the cause. */
export const refusalsBeforeHold = 5

/** Whether a refusal is news about our registration: what a tenant met before says nothing about the others. */
export function isFirstRefusal(tenant: Tenant, refusal: TokenRefusal): boolean {
  return meaningOf(refusal.reason).about === 'our_registration' && tenant.trouble?.actor !== 'operator'
}
