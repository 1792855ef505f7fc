import { addSeconds, secondsUntil } from '../clock.ts'
import type { EnvironmentHold } from '../domain/holds.ts'
import { isOutageReason, isRegistrationReason, meaningOf, type StoredReason } from '../domain/reasons.ts'
import { isCredentialRefusal, type TokenRefusal } from '../domain/refusal.ts'
import {
  firstRetrySeconds,
  minimumValiditySeconds,
  nextVendAttemptAt,
  retryAt,
  retryStuckAt,
  unusedGrantSeconds,
  withVendRetry,
} from '../domain/schedule.ts'
import type { CachedAccessToken, RefreshTrouble, Tenant } from '../domain/tenant.ts'
import type { IdentityProvider } from '../environment.ts'

/** The purpose of a refresh. */
export type RefreshPurpose =
  | { readonly for: 'vend'; readonly minValiditySeconds: number }
  /** A probe refreshes a tenant that isn't due, but only if a hold that is over waits for it. */
  | { readonly for: 'sweep'; readonly isProbe?: true }
  /** The access token refreshed at `seen` was refused by Microsoft Advertising although it hasn't expired. */
  | { readonly for: 'replacement'; readonly seen: Date }

/** Why a tenant is or is not refreshed now. */
export type RefreshDecision =
  | { readonly refresh: true; readonly reason: 'expires_soon' | 'due' | 'probe' | 'replaced' }
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
 * Pure: the caller supplies the facts. Dead grants are never refreshed (invariant 8).
 */
export function decideRefresh(
  tenant: Tenant,
  purpose: RefreshPurpose,
  hold: EnvironmentHold | undefined,
  now: Date,
): RefreshDecision {
  if (tenant.status === 'reauthorization_required') return { refresh: false, reason: 'grant_is_dead' }
  if (tenant.status !== 'connected' || !tenant.grant) return { refresh: false, reason: 'not_connected' }
  const wanted = reasonToRefresh(tenant, purpose, now) ?? reasonToProbe(purpose, hold)
  if (!wanted) return { refresh: false, reason: 'fresh' }
  if (purpose.for === 'vend' && !canReach(tenant, purpose.minValiditySeconds, now))
    return { refresh: false, reason: 'validity_not_reached' }
  if (tenant.trouble && waitEndsAt(tenant.trouble, purpose) > now)
    return { refresh: false, reason: 'waiting_to_retry' }
  if (hold && hold.until > now) return { refresh: false, reason: 'environment_on_hold' }
  return { refresh: true, reason: wanted }
}

/** A sweep's own tries may be a day apart; an app that asks shows that the tenant is needed now. */
function waitEndsAt(trouble: RefreshTrouble, purpose: RefreshPurpose): Date {
  return purpose.for === 'sweep' ? trouble.nextAttemptAt : nextVendAttemptAt(trouble)
}

/**
 * Another refresh can't improve on a token that a refresh has just returned; many refreshes look like a loop
 * (AADSTS50196).
 */
const restSeconds = 30
/** Answers take time: a required validity this close to the whole lifetime can't be met. */
const slackSeconds = 2

/**
 * Whether a refresh may return a token with the required validity. The last token decides: if its lifetime was too
 * short, a refresh is repeated only in the second half of it. A token that can still be vended isn't refreshed for a
 * while. The token that came with the consent says nothing about refreshes.
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

/** After the probe of another process, the hold is gone, or in force again. */
function reasonToProbe(purpose: RefreshPurpose, hold: EnvironmentHold | undefined): 'probe' | undefined {
  return purpose.for === 'sweep' && purpose.isProbe && hold ? 'probe' : undefined
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
 * The access token that a row keeps after a refresh: the longer-lived one, unless the new one replaces a token that
 * Microsoft Advertising refused. An old token that stays counts from this refresh, so its age and
 * lifetime (which decide, for example, when it's refreshed again) reflect what the refresh achieved.
 */
export function tokenToKeep(
  current: CachedAccessToken | undefined,
  refreshed: CachedAccessToken,
): CachedAccessToken {
  if (!current || refreshed.replaced || current.expiresAt <= refreshed.expiresAt) return refreshed
  return { ...current, refreshedAt: refreshed.refreshedAt }
}

/** The consequence of a refusal for the tenant and its environment. */
export type RefusalVerdict =
  | { readonly verdict: 'dead'; readonly reason: StoredReason }
  | { readonly verdict: 'retry'; readonly trouble: RefreshTrouble }
  | { readonly verdict: 'hold' }

/** How often the operator is reminded of a tenant that stays stuck: weekly. */
const remindSeconds = 7 * 86_400

/** Up to this many unknown answers count as temporary. After that, the operator must act. */
const maxUnknownAnswers = 5

/**
 * Decides the consequence of a refusal.
 * A plain `invalid_grant` can be temporary (AADSTS70000), so it's confirmed once, 5 s later at the earliest;
 * a refusal that names what the person must do needs no confirmation. Operator faults never change a tenant's status:
 * a fault of our own credential holds the environment immediately; any other may come from one directory, so the
 * tenant waits, and {@link isFirstRefusal} decides when it counts against the registration.
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
  const { stuckSince, toldAt } = tenant.trouble ?? {}
  const told = { ...(stuckSince && { stuckSince }), ...(toldAt && { toldAt }) }
  const base = { attempts, reason: refusal.reason, traceId: refusal.traceId, ...counted, ...told }
  const stuck = (): RefusalVerdict => {
    const waits = retryStuckAt(
      now,
      { since: stuckSince ?? now, floorSeconds: refusal.retryAfterSeconds },
      fraction,
    )
    return { verdict: 'retry', trouble: { ...base, ...waits, ...asStuck(tenant.trouble, now) } }
  }
  switch (refusal.class) {
    case 'operator':
      if (isCredentialRefusal(refusal)) return { verdict: 'hold' }
      return stuck()
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
      if (refusal.unknown && unknownAnswers >= maxUnknownAnswers) return stuck()
      const { retryAfterSeconds } = refusal
      const nextAttemptAt = retryAt(now, attempts, fraction, retryAfterSeconds)
      // An outage of more than a few tenants is a hold. In a smaller one, an app that asks shouldn't wait for an hour.
      const isOutage = isOutageReason(refusal.reason) && !refusal.unknown
      const waits = isOutage ? withVendRetry(now, nextAttemptAt, retryAfterSeconds) : { nextAttemptAt }
      return { verdict: 'retry', trouble: { ...base, ...waits } }
    }
  }
}

/** The facts beside a tenant's own trouble that decide whether its grant is lost. */
export interface LostFacts {
  readonly identityProvider: IdentityProvider
  readonly stuckAfterSeconds: number
  /** When a grant of the same kind and registration was last refreshed. Undefined if that isn't known. */
  readonly provenAt: Date | undefined
}

/**
 * Whether only a new sign-in can bring back the grant of a stuck tenant. An operator's fault never ends one (invariant
 * 9), so there are two cases. After the setting's time: its registration is refused, although it has worked for others
 * since, so the cause is the tenant's directory or its person. And after the life of an unused grant, whatever the cause
 * was: there is nothing left that the operator could bring back.
 */
export function isLost(
  { reason, stuckSince }: RefreshTrouble,
  { identityProvider, provenAt, stuckAfterSeconds }: LostFacts,
  now: Date,
): boolean {
  if (!stuckSince) return false
  const stuckSeconds = secondsUntil(now, stuckSince)
  if (stuckSeconds >= unusedGrantSeconds[identityProvider]) return true
  const isRefusedAlone = isRegistrationReason(reason) && provenAt !== undefined && provenAt > stuckSince
  return isRefusedAlone && stuckSeconds >= stuckAfterSeconds
}

/** What the row remembers of a tenant that only the operator, a person, or a directory can help. */
function asStuck(before: RefreshTrouble | undefined, now: Date) {
  const { stuckSince = now, toldAt } = before ?? {}
  const isToldRecently = toldAt && secondsUntil(now, toldAt) < remindSeconds
  return { stuckSince, toldAt: isToldRecently ? toldAt : now, actor: 'operator' } as const
}

/** Whether a refusal ends the grant without saying why: `invalid_grant` without a number, or with a general one. */
export function isWithoutCause(refusal: TokenRefusal): boolean {
  return refusal.class === 'advertiser' && !refusal.definite
}

/**
 * Newly refused tenants in a row, without a success in between, that rule out a single directory as the cause; and
 * people who are refused without a cause that rule out chance.
 */
export const refusalsBeforeHold = 5

/**
 * Whether a refusal says that the provider fails. An answer that this tenant has had too often to be temporary says
 * something about the tenant.
 */
export function isOutage(tenant: Tenant, refusal: TokenRefusal): boolean {
  return isOutageReason(refusal.reason) && tenant.trouble?.actor !== 'operator'
}

/** Whether a refusal says something new about our registration: a refusal that the tenant met before doesn't. */
export function isFirstRefusal(tenant: Tenant, refusal: TokenRefusal): boolean {
  return meaningOf(refusal.reason).about === 'our_registration' && tenant.trouble?.actor !== 'operator'
}
