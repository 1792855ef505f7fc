import { secondsUntil, type TimeLimitError } from '../clock.ts'
import type { Config } from '../config.ts'
import { connectHint, reconnectHint } from '../domain/connectHint.ts'
import type { EnvironmentHold } from '../domain/holds.ts'
import { instanceEnding } from '../domain/instanceEnding.ts'
import { isAdminReason, isOutageReason, type StoredReason } from '../domain/reasons.ts'
import { isCredentialRefusal, type TokenRefusal } from '../domain/refusal.ts'
import { detailWithCauses } from '../domain/refusalCauses.ts'
import { minimumValiditySeconds, nextVendAttemptAt } from '../domain/schedule.ts'
import type { Tenant } from '../domain/tenant.ts'
import { adminConsentUrlOf, enablingSteps, restoringUrlOf } from '../identity/adminConsent.ts'
import { explainCredential } from '../identity/explainCredential.ts'
import { Problem, type ProblemExtras } from '../problems.ts'
import type { PassedOnReason, RefreshOutcome } from '../refresh/outcome.ts'
import type { TokenProblemCode } from './problems.ts'
import type { MissingToken } from './usableToken.ts'

/** A token that doesn't last long enough isn't requested again before this time. */
const tooShortWaitSeconds = 30
/** Seconds to wait if nothing better is known: the delay of the first retry. */
const shortWaitSeconds = 5

/** Turns the reason for a missing token into a problem that says who must act. */
export function explainMissingToken(config: Config, missing: MissingToken, now: Date): Problem {
  switch (missing.because) {
    case 'not_found':
      return problem('tenant_not_found')
    case 'validity_not_reached':
      return explainShortValidity(missing)
    case 'not_refreshed':
      return explainOutcome(config, missing.outcome, now)
  }
}

/** A token that is good enough for every other request lacks only what this one asks for: the provider isn't at fault. */
function explainShortValidity({ validSeconds }: Extract<MissingToken, { validSeconds: number }>): Problem {
  const detail = `The identity provider issues access tokens of ${validSeconds} s at present, which is less than requested.`
  const members = { reason: 'validity_not_reached' }
  return validSeconds >= minimumValiditySeconds
    ? problem('validity_not_available', { detail, members })
    : problem('identity_provider_unavailable', { detail, members, retryAfterSeconds: tooShortWaitSeconds })
}

/** A dependency didn't answer in time. The operation may still succeed, so trying again can help. */
export function explainTimeLimit({ message }: TimeLimitError): Problem {
  return problem('storage_unavailable', {
    detail: `Not answered in time: ${message}.`,
    retryAfterSeconds: shortWaitSeconds,
    members: { reason: 'time_limit' },
  })
}

function explainOutcome(
  config: Config,
  outcome: Exclude<RefreshOutcome, { outcome: 'not_found' }>,
  now: Date,
): Problem {
  const { tenant } = outcome.stored
  if (tenant.status !== 'connected') return explainStatus(config, tenant, now)
  if (outcome.outcome === 'refused') return explainRefusal(config, tenant, { ...outcome.refusal, now })
  if (outcome.outcome === 'passed_on' && outcome.reason === 'environment_on_hold') {
    const { hold } = outcome
    const seconds = secondsToWait(hold?.until, now)
    if (hold && isOutageReason(hold.reason)) return duringOutage(hold, seconds)
    return hold?.kind ? kindOnHold(hold, seconds) : onHold(tenant, hold ?? {}, seconds)
  }
  if (outcome.outcome === 'passed_on' && outcome.reason === 'waiting_to_retry') {
    return explainTrouble(config, tenant, { ...(tenant.trouble ?? { reason: outcome.reason }), now })
  }
  const reason = outcome.outcome === 'passed_on' ? outcome.reason : 'refreshing'
  if (reason === 'instance_ending') return instanceEnding()
  return explainTrouble(config, tenant, { reason, now })
}

/** Explains why a tenant that isn't connected has no token to vend. */
function explainStatus(config: Config, tenant: Tenant, now: Date): Problem {
  const { pendingGrant, reauthorizationReason: reason, status } = tenant
  if (pendingGrant && pendingGrant.expiresAt > now) return problem('confirmation_required')
  if (status !== 'reauthorization_required') {
    const connect = connectHint(config, tenant)
    return problem('tenant_not_connected', { members: { tenantStatus: status, connect } })
  }
  const connect = reconnectHint(config, tenant)
  if (!isAdminReason(reason)) {
    const detail = detailWithCauses('reauthorization_required', tenant.grant?.identityProvider, reason)
    return problem('reauthorization_required', {
      members: { reason, connect },
      ...(detail && { detail }),
    })
  }
  const link = adminConsentUrlOf(config, tenant)
  return problem('admin_consent_required', {
    members: { reason, ...(link && { adminConsentUrl: link }), connect },
    ...(reason === 'advertising_not_enabled' && { detail: enablingDetail }),
  })
}

const enablingDetail = `Microsoft Advertising isn’t enabled for the advertiser’s organization. In this order: ${enablingSteps.map((step, index) => `(${index + 1}) ${step}`).join(' ')}`

/**
 * Explains a refusal that has just happened. The row already shows its consequences, except a hold of the environment.
 */
function explainRefusal(
  config: Config,
  tenant: Tenant,
  refusal: TokenRefusal & { readonly now: Date },
): Problem {
  if (!isCredentialRefusal(refusal))
    return explainTrouble(config, tenant, { ...refusal, actor: tenant.trouble?.actor })
  return onHold(tenant, refusal, 30)
}

function onHold(
  { environment, grant }: Tenant,
  { reason, traceId }: Partial<Failure>,
  retryAfterSeconds: number,
): Problem {
  const identityProvider = grant?.identityProvider ?? 'microsoft'
  const detail = explainCredential(reason, { environment, identityProvider })
  const members = { reason, traceId: traceId || undefined }
  return problem('environment_on_hold', { retryAfterSeconds, members, ...(detail && { detail }) })
}

function duringOutage({ reason, traceId }: EnvironmentHold, retryAfterSeconds: number): Problem {
  const members = { reason, traceId: traceId || undefined }
  return problem('identity_provider_unavailable', { retryAfterSeconds, members })
}

function kindOnHold({ kind, reason, traceId }: EnvironmentHold, retryAfterSeconds: number): Problem {
  const detail = `The identity provider refuses the grants of several people in a row without saying why (${kind}). The broker ends none of them, and tries again every minute.`
  return problem('environment_on_hold', {
    retryAfterSeconds,
    detail,
    members: { reason, traceId: traceId || undefined },
  })
}

interface Failure {
  readonly reason: StoredReason | PassedOnReason | 'refreshing'
  readonly traceId?: string
  readonly actor?: 'operator' | undefined
}

const grantGone: Readonly<Partial<Record<Failure['reason'], string>>> = {
  grant_missing: 'The vault secret with this tenant’s grant is missing. Recover it.',
  grant_unreadable: 'The key that sealed this tenant’s grant is missing from sealing-keys. Restore it.',
}

/** Explains a failure that happened now or on the last attempt: it's temporary, or the operator must act. */
function explainTrouble(
  config: Config,
  tenant: Tenant,
  { actor, now, reason, traceId }: Failure & { readonly now: Date },
): Problem {
  const { trouble } = tenant
  const detail = grantGone[reason]
  const extras = {
    retryAfterSeconds: secondsToWait(trouble && nextVendAttemptAt(trouble), now),
    members: { reason, traceId: traceId || undefined },
  }
  if (detail) return problem('storage_unavailable', { ...extras, actor: 'operator', detail })
  if (actor !== 'operator') return problem('identity_provider_unavailable', extras)
  if (reason === 'unknown_answer') return problem('unexpected_upstream_answer', extras)
  const adminConsentUrl = restoringUrlOf(config, tenant, reason)
  return problem('registration_refused', {
    ...extras,
    members: { ...extras.members, ...(adminConsentUrl && { adminConsentUrl }) },
  })
}

function secondsToWait(until: Date | undefined, now: Date): number {
  return until ? Math.max(1, secondsUntil(until, now) + 1) : shortWaitSeconds
}

/** Allows only the problems that the contract lists. */
function problem(code: TokenProblemCode | 'validity_not_available', extras: ProblemExtras = {}): Problem {
  return new Problem(code, extras)
}
