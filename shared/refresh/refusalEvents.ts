import { actorOf, actorOfRepeated } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { usualCauses } from '../domain/refusalCauses.ts'
import type { RefreshTrouble } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import type { IdentityProvider } from '../environment.ts'
import type { Actor } from '../problems.ts'

/** The vault didn't take the new refresh token; the old one still works. */
export function notStoredEvent(at: Date): TenantEvent {
  const detail =
    'The broker couldn’t store the new refresh token. The previous one still works and stays in use.'
  return { type: 'refresh.token_not_stored', at, detail, data: { actor: 'operator' } }
}

/**
 * Returns the event for a failed refresh that will be retried: for the second temporary failure in a row, for the first
 * failure that the operator must look into, and for a loop. {@link recoveryEvents} ends what each of them began.
 */
export function failureEvent(
  before: RefreshTrouble | undefined,
  trouble: RefreshTrouble,
  refusal: TokenRefusal,
  at: Date,
): readonly TenantEvent[] {
  if (isNewsForOperator(before, trouble) && !before?.toldAt) return [needsOperator(refusal, at)]
  if (isNewLoop(before, trouble)) return [looping(refusal, at)]
  return trouble.attempts === 2 && trouble.actor !== 'operator' && !isTold(before)
    ? [failing(refusal, at)]
    : []
}

/** Whether the operator is told of a failure: when it's new, and then weekly. */
export function isNewsForOperator(before: RefreshTrouble | undefined, trouble: RefreshTrouble): boolean {
  return trouble.actor === 'operator' && before?.toldAt?.getTime() !== trouble.toldAt?.getTime()
}

/**
 * A loop ends when requests stop, but something caused it, so the operator is notified (docs/facts.md, AADSTS50196).
 */
export function isNewLoop(before: RefreshTrouble | undefined, { reason }: RefreshTrouble): boolean {
  return reason === 'loop_detected' && before?.reason !== reason
}

function failing(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing has failed twice (${refusal.reason}); the broker retries automatically.`
  return { type: 'refresh.failing', at, detail, data: factsOf(refusal, 'nobody') }
}

function needsOperator(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing fails, and the operator must find out why (${refusal.reason}); the broker retries automatically.`
  return { type: 'refresh.failing', at, detail, data: factsOf(refusal, actorOfRepeated(refusal.reason)) }
}

function looping(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail =
    'Microsoft detected too many equal requests (loop_detected) and refuses more for some minutes; the broker retries automatically.'
  return { type: 'refresh.failing', at, detail, data: factsOf(refusal, 'nobody') }
}

/** Returns the event for a refresh that works again, if the failures before it had one. */
export function recoveryEvents(trouble: RefreshTrouble | undefined, at: Date): readonly TenantEvent[] {
  if (!trouble || !isTold(trouble)) return []
  const { attempts } = trouble
  const times = attempts === 1 ? 'one failed attempt' : `${attempts} failed attempts`
  return [{ type: 'refresh.recovered', at, detail: `Refreshing works again after ${times}.` }]
}

/** Whether {@link failureEvent} has told of the trouble. */
function isTold(trouble: RefreshTrouble | undefined): boolean {
  if (!trouble) return false
  const { actor, attempts, reason } = trouble
  return attempts > 1 || actor === 'operator' || reason === 'loop_detected'
}

/** The grant is over: the advertiser must sign in again, or their administrator must act first. */
export function grantEndedEvent(
  refusal: TokenRefusal,
  identityProvider: IdentityProvider,
  at: Date,
): TenantEvent {
  const { reason } = refusal
  const actor = actorOf(reason)
  const happened =
    actor === 'operator' || actor === 'nobody'
      ? `Refreshing has failed for too long for the tenant’s own reason (${reason}); once that’s fixed, the advertiser must sign in again.`
      : actor === 'advertiserAdmin'
        ? `The advertiser's directory no longer allows the sign-in (${reason}); their administrator must act first.`
        : `The identity provider no longer accepts the grant (${reason}); the advertiser must sign in again.`
  const detail = [happened, usualCauses(identityProvider, reason)].filter(Boolean).join(' ')
  return { type: 'tenant.reauthorization_required', at, detail, data: factsOf(refusal, actor) }
}

function factsOf({ errorCodes, reason, traceId }: TokenRefusal, actor: Actor): TenantEvent['data'] & object {
  return {
    reason,
    actor,
    ...(traceId && { traceId }),
    ...(errorCodes.length > 0 && { errorCodes: errorCodes.join(',') }),
  }
}
