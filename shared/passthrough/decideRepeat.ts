import { type AdvertisingFault, readFault } from '../advertising/faults.ts'
import type { ServiceName } from '../advertising/services.ts'
import { addSeconds } from '../clock.ts'
import type { FailureText } from './failureText.ts'

/** The facts that decide whether a refused call is repeated. */
export interface RefusedCall {
  readonly fault: AdvertisingFault
  /** When the refused access token was issued. */
  readonly refreshedAt: Date
  /** Whether it has just replaced another refused token. */
  readonly isRecentlyReplaced: boolean
  /** Whether the whole body is still in memory. */
  readonly canRepeat: boolean
  readonly now: Date
}

/** Whether to repeat the call with another token, and why. */
export type RepeatDecision =
  | { readonly repeat: true; readonly reason: 'token_expired' | 'token_doubted' }
  | { readonly repeat: false; readonly reason: 'other_failure' | 'token_is_fresh' | 'body_is_gone' }

/**
 * A token younger than this wasn't refused because of its age: 105 covers wrong developer tokens and
 * environments too (operation-error-codes.md), and must not cost a refresh at every call.
 */
export const freshSeconds = 300

/**
 * Decides whether a refused call gets a forced refresh and one more attempt: 109 and a bare 401 mean that the token
 * has expired (the .NET SDK refreshes on 401, once); 105 only suggests it. A token that has just replaced a refused
 * one isn't at fault, and another would have the same result.
 */
export function decideRepeat(refused: RefusedCall): RepeatDecision {
  const { fault, refreshedAt, canRepeat, now } = refused
  const isExpired = fault.class === 'expiredToken'
  const isDoubted = fault.status === 401 && (fault.code === 105 || fault.code === undefined)
  if (!isExpired && !(isDoubted && fault.class === 'credentials')) {
    return { repeat: false, reason: 'other_failure' }
  }
  if (refused.isRecentlyReplaced || (!isExpired && addSeconds(refreshedAt, freshSeconds) > now)) {
    return { repeat: false, reason: 'token_is_fresh' }
  }
  if (!canRepeat) return { repeat: false, reason: 'body_is_gone' }
  return { repeat: true, reason: isExpired ? 'token_expired' : 'token_doubted' }
}

/** Reads a failed answer from the known beginning of its body. */
export function readCallFault(service: ServiceName, failure: FailureText): AdvertisingFault {
  const { status, headers, text } = failure
  return readFault({ service, status, headers, bodyText: text })
}
