import type { AdvertisingFault } from '../advertising/faults.ts'
import { type FaultSubject, judgeFault } from '../advertising/judgeFault.ts'
import type { Config } from '../config.ts'

import { reasonOfNumbers } from '../domain/aadsts.ts'
import { actorOfCode, type RefusalReason } from '../domain/reasons.ts'
import { type TokenRefusal, toRefusal } from '../domain/refusal.ts'
import type { AccountKind, Environment } from '../environment.ts'
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
  /** Microsoft's: `cancel` if the person left its page without consenting. */
  readonly error_subcode?: string | undefined
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
  /** RFC 9207: the provider that answers. */
  readonly iss?: string | undefined
  /** The provider at whose own redirect URI it arrived. Default is `/oauth/callback`. */
  readonly arrivedAt?: 'google' | undefined
}

/**
 * Reads an authorization error as a refusal. The number and trace id appear only in the text, or in the lookup address.
 * They refine the reason, as everywhere. It never accuses us, because a browser brings it.
 * @param signInWith the only kind of account that the sign-in accepts; default is any.
 */
export function classifyAuthorizationError(
  response: AuthorizationResponse,
  signInWith?: AccountKind,
): TokenRefusal {
  const numbered =
    /AADSTS(\d{4,8})/.exec(response.error_description ?? '') ??
    /[?&]code=(\d{4,8})/.exec(response.error_uri ?? '')
  const traced = /Trace ID: ([0-9a-f-]{36})/i.exec(response.error_description ?? '')
  const refusal = classifyTokenRefusal(400, {
    error: response.error ?? 'server_error',
    suberror: response.error_subcode,
    error_codes: numbered ? [Number(numbered[1])] : [],
    trace_id: traced?.[1],
  })
  const reason = finerReason(refusal, signInWith)
  return withoutAccusation(reason ? toRefusal(reason, refusal) : refusal)
}

function withoutAccusation(refusal: TokenRefusal): TokenRefusal {
  return refusal.class === 'operator' ? toRefusal('sign_in_failed', refusal) : refusal
}

/** Explains why a code was refused. One that anyone could have brought accuses no one of us. */
export function explainRefusedCode(
  config: Config,
  environment: Environment,
  refusal: TokenRefusal,
): ConnectFailure {
  const refused = explainSignInRefusal(config, environment, refusal)
  const isOfCode = refusal.class === 'operator' && actorOfCode(refusal.reason) !== 'operator'
  return isOfCode ? { ...refused, failed: 'sign_in_refused' } : refused
}

/**
 * What only a redirect's error means. Entra sends a directory's refusals as `server_error`, with the number in the text
 * (AADSTS50105). Its pages for consent and for an administrator's approval lead back with the same 65004 and `cancel`
 * (learn.microsoft.com/answers/questions/2237594), in some flows with only `consent_required`
 * (MicrosoftDocs/azure-docs#59872). No organization approves an app for a personal account.
 */
function finerReason(
  { errorCodes, reason, suberror }: TokenRefusal,
  signInWith: AccountKind | undefined,
): RefusalReason | undefined {
  if (reason === 'identity_provider_error') return reasonOfNumbers(errorCodes)
  if (signInWith === 'personal') return undefined
  const isCanceled = reason === 'consent_declined' && suberror === 'cancel' && errorCodes.includes(65004)
  return isCanceled || reason === 'consent_required' ? 'consent_not_given' : undefined
}

/** Explains a refusal to the person and the app, with the administrator's link if that can fix it. */
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
      if (refusal.reason === 'consent_not_given') return 'consent_not_given'
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
  const failure = { failed: failures[about], reason: codeReason(fault), traceId }
  return about === 'undecided' ? { ...failure, advice: undecidedAdvice } : failure
}

function codeReason({ code, status }: AdvertisingFault): string {
  return `advertising_${code ?? status}`
}

/** Failures that a token without the required scope causes too. */
const failuresWithoutScope: ReadonlySet<ConnectFailureCode> = new Set([
  'no_advertising_user',
  'advertising_access_denied',
  'advertising_answer_unknown',
  'developer_token_unusable',
])

/** Explains a fault after a token response without the required scope, which is then the likelier cause. */
export function explainFaultWithoutScope(fault: AdvertisingFault): ConnectFailure {
  const failure = explainSignInFault(fault)
  if (!failuresWithoutScope.has(failure.failed)) return failure
  return { failed: 'scope_not_granted', reason: codeReason(fault), traceId: fault.trackingId }
}

const failures: Readonly<Record<FaultSubject, ConnectFailureCode>> = {
  person: 'no_advertising_user',
  undecided: 'no_advertising_user',
  account: 'advertising_account_inactive',
  rights: 'advertising_access_denied',
  credentials: 'developer_token_unusable',
  service: 'advertising_unavailable',
  unknown: 'advertising_answer_unknown',
}
