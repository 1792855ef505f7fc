import type { AdvertisingFault } from '../advertising/faults.ts'
import { type FaultSubject, judgeFault } from '../advertising/judgeFault.ts'
import type { Config } from '../config.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { Environment } from '../environment.ts'
import { adminConsentUrl, isCuredByAdminConsent } from '../identity/adminConsent.ts'
import { classifyTokenRefusal } from '../identity/refusal.ts'
import type { ConnectFailure, ConnectFailureCode } from './failures.ts'

/**
 * The authorization response as received from the browser. Google sends further parameters, which have no meaning here.
 */
export interface AuthorizationResponse {
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
  /** RFC 9207: the provider that answers. */
  readonly iss?: string | undefined
}

/**
 * Reads an authorization error as a refusal. The number and trace id appear only in the text, or in the lookup address.
 * They refine the reason, as everywhere.
 */
export function classifyAuthorizationError(response: AuthorizationResponse): TokenRefusal {
  const numbered =
    /AADSTS(\d{4,8})/.exec(response.error_description ?? '') ??
    /[?&]code=(\d{4,8})/.exec(response.error_uri ?? '')
  const traced = /Trace ID: ([0-9a-f-]{36})/i.exec(response.error_description ?? '')
  return classifyTokenRefusal(400, {
    error: response.error ?? 'server_error',
    error_codes: numbered ? [Number(numbered[1])] : [],
    trace_id: traced?.[1],
  })
}

/** Explains a refusal to the person and the app, with the administrator's link if that fixes it. */
export function explainSignInRefusal(
  config: Config,
  environment: Environment,
  refusal: TokenRefusal,
): ConnectFailure {
  const { claims, reason, traceId } = refusal
  const failed = failureOf(refusal)
  const settings = config.environments.get(environment)
  const withLink = isCuredByAdminConsent(reason) && settings
  return {
    failed,
    reason,
    ...(traceId && { traceId }),
    ...(claims && { isChallenged: true }),
    ...(withLink && { adminConsentUrl: adminConsentUrl(settings, config.redirectUri) }),
  }
}

function failureOf(refusal: TokenRefusal): ConnectFailureCode {
  switch (refusal.class) {
    case 'operator':
      return 'environment_on_hold'
    case 'passing':
    case 'backOff':
      return 'identity_provider_unavailable'
    case 'advertiserAdmin':
      if (refusal.reason === 'admin_consent_required') return 'admin_consent_required'
      return refusal.reason === 'advertising_not_enabled' ? 'advertising_not_enabled' : 'directory_policy'
    case 'advertiser':
      return refusal.reason === 'consent_declined' ? 'consent_declined' : 'sign_in_refused'
  }
}

/** Advice for the person when only the operator can find out more. */
const undecidedAdvice =
  'If you do use Microsoft Advertising with this account, the app’s developer token may be at fault: ask the app’s operator to check it.'

/** Explains a fault of Microsoft Advertising. The person is asked to wait only if waiting helps. */
export function explainSignInFault(fault: AdvertisingFault): ConnectFailure {
  const traceId = fault.trackingId
  const { about, identity } = judgeFault(fault)
  if (identity) {
    const { advice, reason, signInWith } = identity
    if (reason === 'no_advertising_user') return { failed: reason, reason, traceId }
    return { failed: 'wrong_account_kind', reason, advice, signInWith, traceId }
  }
  const failure = { failed: failures[about], reason: `advertising_${fault.code ?? fault.status}`, traceId }
  return about === 'undecided' ? { ...failure, advice: undecidedAdvice } : failure
}

const failures: Readonly<Record<FaultSubject, ConnectFailureCode>> = {
  person: 'no_advertising_user',
  undecided: 'no_advertising_user',
  account: 'advertising_account_inactive',
  rights: 'advertising_access_denied',
  credentials: 'environment_on_hold',
  service: 'advertising_unavailable',
  unknown: 'advertising_answer_unknown',
}
