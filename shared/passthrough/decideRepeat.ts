import { type AdvertisingFault, readFault } from '../advertising/faults.ts'
import type { ServiceName } from '../advertising/services.ts'
import { addSeconds } from '../clock.ts'
import type { FailureText } from './failureText.ts'

/** What decides whether a refused call is sent once more. */
export interface RefusedCall {
  readonly fault: AdvertisingFault
  /** When the access token was issued that was refused. */
  readonly refreshedAt: Date
  /** Whether it has just taken the place of another refused one. */
  readonly isRecentlyReplaced: boolean
  /** Whether the whole body is still in memory. */
  readonly canRepeat: boolean
  readonly now: Date
}

/** Whether another token and one more try are worth it, and why. */
export type RepeatDecision =
  | { readonly repeat: true; readonly reason: 'token_expired' | 'token_doubted' }
  | { readonly repeat: false; readonly reason: 'other_failure' | 'token_is_fresh' | 'body_is_gone' }

/**
 * A token younger than this was refused for another reason than its age: 105 covers wrong developer tokens and
 * environments too (operation-error-codes.md), and must not cost a refresh at every call.
 */
export const freshSeconds = 300

/**
 * Decides whether a refused call gets a forced refresh and one more try: 109 and a bare 401 say that the token
 * has expired (the .NET SDK refreshes on 401, once); 105 only raises the doubt. A token that has just taken the place
 * of a refused one is not at fault, and another would fare as it did.
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

/** Reads a failed answer whose beginning is known. */
export function readCallFault(service: ServiceName, failure: FailureText): AdvertisingFault {
  const { status, headers, text } = failure
  return readFault({ service, status, headers, bodyText: text })
}
