import { secondsUntil, type TimeLimitError } from '../clock.ts'
import type { Config } from '../config.ts'
import { isAdminReason } from '../domain/aadsts.ts'
import { connectHint, reconnectHint } from '../domain/connectHint.ts'
import type { Tenant } from '../domain/tenant.ts'
import { adminConsentUrl, isCuredByAdminConsent } from '../identity/adminConsent.ts'
import { Problem, type ProblemExtras } from '../problems.ts'
import type { RefreshOutcome } from '../refresh/outcome.ts'
import type { NotObtained } from './obtained.ts'
import type { ObtainProblemCode } from './problems.ts'

/** A token that lives too short is not asked for again sooner. */
const tooShortWaitSeconds = 30
/** Seconds to wait when nothing better is known: the first retry's own distance. */
const shortWaitSeconds = 5

/** Turns why there is no token into the problem that says who acts. */
export function explainNotObtained(config: Config, missing: NotObtained, now: Date): Problem {
  switch (missing.because) {
    case 'not_found':
      return problem('tenant_not_found')
    case 'validity_not_reached':
      return problem('identity_provider_unavailable', {
        detail: `The identity provider issues access tokens of ${missing.validSeconds} s at present, which is less than was asked for.`,
        retryAfterSeconds: tooShortWaitSeconds,
        members: { reason: 'validity_not_reached' },
      })
    case 'not_refreshed':
      return explainOutcome(config, missing.outcome, now)
  }
}

/** Something did not answer in time. What was begun may still end well, so asking again is worth it. */
export function tookTooLong({ message }: TimeLimitError): Problem {
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
  if (outcome.outcome === 'refused') return explainRefusal(tenant, outcome.refusal, now)
  if (outcome.outcome === 'passed_on' && outcome.reason === 'environment_on_hold') {
    return problem('environment_on_hold', {
      retryAfterSeconds: secondsToWait(outcome.hold?.until, now),
      members: { reason: outcome.hold?.reason, traceId: outcome.hold?.traceId || undefined },
    })
  }
  if (outcome.outcome === 'passed_on' && outcome.reason === 'waiting_to_retry') {
    return explainTrouble(tenant, tenant.trouble ?? { reason: outcome.reason }, now)
  }
  const reason = outcome.outcome === 'passed_on' ? outcome.reason : 'refreshing'
  return explainTrouble(tenant, { reason }, now)
}

/** Why a tenant that is not connected has nothing to vend. */
function explainStatus(config: Config, tenant: Tenant, now: Date): Problem {
  const { pendingGrant, reauthorizationReason: reason, status } = tenant
  if (pendingGrant && pendingGrant.expiresAt > now) return problem('confirmation_required')
  if (status !== 'reauthorization_required') {
    const connect = connectHint(config, tenant)
    return problem('tenant_not_connected', { members: { tenantStatus: status, connect } })
  }
  const connect = reconnectHint(config, tenant)
  if (!isAdminReason(reason)) {
    return problem('reauthorization_required', { members: { reason, connect } })
  }
  const link = isCuredByAdminConsent(reason) && adminLink(config, tenant)
  return problem('admin_consent_required', {
    members: { reason, ...(link && { adminConsentUrl: link }), connect },
  })
}

function adminLink(config: Config, { environment, grant }: Tenant): string | undefined {
  const settings = config.environments.get(environment)
  const directoryId = grant?.accountKind === 'work' ? grant.authorityTenant : undefined
  return settings && adminConsentUrl(settings, config.redirectUri, directoryId)
}

/** What has just been refused; the row says already what follows from it, but for what holds the environment. */
function explainRefusal(tenant: Tenant, refusal: Failure & { readonly class: string }, now: Date): Problem {
  const { trouble } = tenant
  if (refusal.class !== 'operator' || trouble?.actor === 'operator')
    return explainTrouble(tenant, { ...refusal, actor: trouble?.actor }, now)
  const members = { reason: refusal.reason, traceId: refusal.traceId || undefined }
  return problem('environment_on_hold', { retryAfterSeconds: 30, members })
}

interface Failure {
  readonly reason: string
  readonly traceId?: string
  readonly actor?: 'operator' | undefined
}

const grantGone: Readonly<Record<string, string>> = {
  grant_missing: 'The vault secret that holds this tenant’s grant is gone; recover it.',
  grant_unreadable: 'The sealing key of this tenant’s grant is no longer among sealing-keys; restore it.',
}

/** What fails now, or failed when it was last tried: it passes by itself, or the operator must look at it. */
function explainTrouble({ trouble }: Tenant, { reason, traceId, actor }: Failure, now: Date): Problem {
  const detail = grantGone[reason]
  const extras = {
    retryAfterSeconds: secondsToWait(trouble?.nextAttemptAt, now),
    members: { reason, traceId: traceId || undefined },
  }
  if (detail) return problem('storage_unavailable', { ...extras, actor: 'operator', detail })
  if (actor !== 'operator') return problem('identity_provider_unavailable', extras)
  return problem(reason === 'unknown_answer' ? 'unexpected_upstream_answer' : 'registration_refused', extras)
}

function secondsToWait(until: Date | undefined, now: Date): number {
  return until ? Math.max(1, secondsUntil(until, now) + 1) : shortWaitSeconds
}

/** No other problem than those that the contract lists. */
function problem(code: ObtainProblemCode, extras: ProblemExtras = {}): Problem {
  return new Problem(code, extras)
}
