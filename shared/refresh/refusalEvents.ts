import { actorOf } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import type { Actor } from '../problems.ts'

/** A refresh has failed for the second time in a row, for what may pass. */
export function failing(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing has failed twice (${refusal.reason}); the broker retries automatically.`
  return { type: 'refresh.failing', at, detail, data: factsOf(refusal, 'nobody') }
}

/** A refresh has failed for what the operator must look at. */
export function needsOperator(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing fails, and the operator must find out why (${refusal.reason}); the broker retries automatically.`
  return { type: 'refresh.failing', at, detail, data: factsOf(refusal, 'operator') }
}

/** A refresh works again after several failures. */
export function recovered(attempts: number, at: Date): TenantEvent {
  const detail = `Refreshing works again after ${attempts} failed attempts.`
  return { type: 'refresh.recovered', at, detail }
}

/** The grant is over: the advertiser must sign in again, or their administrator must act first. */
export function ended(refusal: TokenRefusal, adminMustAct: boolean, at: Date): TenantEvent {
  const { reason } = refusal
  const detail = adminMustAct
    ? `The advertiser's directory no longer allows the sign-in (${reason}); their administrator must act first.`
    : `The identity provider no longer accepts the grant (${reason}); the advertiser must sign in again.`
  return { type: 'tenant.reauthorization_required', at, detail, data: factsOf(refusal, actorOf(reason)) }
}

function factsOf({ errorCodes, reason, traceId }: TokenRefusal, actor: Actor): TenantEvent['data'] & object {
  return {
    reason,
    actor,
    ...(traceId && { traceId }),
    ...(errorCodes.length > 0 && { errorCodes: errorCodes.join(',') }),
  }
}
