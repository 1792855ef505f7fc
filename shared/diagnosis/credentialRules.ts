import type { AdvertisingFault } from '../advertising/faults.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import { services } from '../advertising/services.ts'
import type { Environment } from '../environment.ts'
import { findUnusableToken } from './developerTokenState.ts'
import { type Finding, findUnreachableId } from './diagnoseIds.ts'
import type { DiagnosisContext, Facts } from './facts.ts'

/** Finds that Microsoft Advertising doesn't accept the person who signed in. */
export function findIdentity({ fault }: Facts): Finding | undefined {
  const identity = identityFaultOf(fault)
  return identity && { verdict: identity.reason }
}

/** Finds that the call was throttled. */
export function findThrottling({ fault }: Facts): Finding | undefined {
  return fault.class === 'backOff' ? { verdict: fault.verdict ?? 'throttled_calls' } : undefined
}

/** Finds an expired access token. */
export function findExpiredToken({ fault, context }: Facts): Finding | undefined {
  // A 401 that names another cause isn't about the access token.
  const isBare401 =
    fault.status === 401 && fault.code === undefined && (fault.isBare || fault.named === 'accessToken')
  if (fault.class !== 'expiredToken' && !isBare401) return undefined
  // 109 means age. A fresh token in the row contradicts it only if that token was sent: an app
  // that fails this way has usually kept its token for over an hour, and the broker has since replaced it.
  const isAgeDoubted = isBare401 || context.isCallOfBroker
  return {
    verdict: isAgeDoubted && isTokenCurrent(context) ? 'access_token_revoked' : 'access_token_expired',
  }
}

/** Finds a missing header. */
export function findMissingHeader({ sent, fault, call }: Facts): Finding | undefined {
  if (fault.code !== 116) return undefined
  if (fault.named === 'developerToken') return { verdict: 'developer_token_missing' }
  const needsIds = fault.service !== undefined && services[fault.service].needsIds
  if (needsIds && call.sent && !sent.accountId) return { verdict: 'account_id_missing' }
  if (needsIds && call.sent && !sent.customerId) return { verdict: 'customer_id_missing' }
  return { verdict: 'header_missing' }
}

/** The access token's age doesn't matter here: 109 is about age, 105 never is. */
export function findRefusedCredentials({ sent, fault, context }: Facts): Finding | undefined {
  const isDeveloperNamed = fault.named === 'developerToken'
  if (fault.class !== 'credentials' && !(fault.class === 'rights' && isDeveloperNamed)) return undefined
  if (isRetiredSignIn(fault, context.environment)) return { verdict: 'retired_sign_in' }
  if (fault.verdict) return { verdict: fault.verdict, detail: fault.documented }
  if (!fault.isDocumented && !isDeveloperNamed) return undefined
  const unusableToken = findUnusableToken(context.developerToken)
  if (unusableToken) return unusableToken
  const unusable = isDeveloperNamed ? undefined : findUnreachableId(sent, context.accounts)
  if (unusable?.verdict === 'account_not_usable') return unusable
  const { verdict, identity } = judgeFault(fault, context.evidence ?? {})
  const mayBeAccount = identity && sent.accountId !== undefined
  return {
    verdict,
    identity,
    ...(mayBeAccount && { detail: 'Or the account in the call is inactive.' }),
  }
}

/** Finds a wrong id, or missing rights if the ids are right. */
export function findMissingRights({ sent, fault, context }: Facts): Finding | undefined {
  if (fault.class !== 'rights') return undefined
  if (fault.reason === 'AccountInactive') return { verdict: 'account_not_usable' }
  const wrongId = findUnreachableId(sent, context.accounts)
  if (wrongId) return wrongId
  if (isUnlisted(fault)) return undefined
  if (fault.verdict) return { verdict: fault.verdict, detail: fault.documented }
  // Ids that are missing or can't be compared may be the cause.
  const areIdsKnown = !context.accounts.isEmpty && Boolean(sent.accountId || sent.customerId)
  return { verdict: areIdsKnown ? 'user_without_rights' : 'access_refused', detail: fault.documented }
}

/** An error that Microsoft names but doesn't document: the status alone doesn't outweigh its name. */
export function isUnlisted({ isDocumented, errors }: AdvertisingFault): boolean {
  return !isDocumented && errors.length > 0
}

/** Whether a refusal looks like the sandbox's answer to tokens of its older sign-in host: plain text, not a fault. */
export function isRetiredSignIn(
  fault: Pick<AdvertisingFault, 'status' | 'form'>,
  environment: Environment,
): boolean {
  return environment === 'sandbox' && fault.status === 403 && fault.form === 'text'
}

function isTokenCurrent({ tokenExpiresAt, now }: DiagnosisContext): boolean {
  return tokenExpiresAt !== undefined && tokenExpiresAt > now
}
