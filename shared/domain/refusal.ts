import { isCredentialReason, meaningOf, type RefusalClass, type RefusalReason } from './reasons.ts'

/** A refusal by a token or authorization endpoint, parsed once where the answer arrives. */
export interface TokenRefusal {
  readonly reason: RefusalReason
  /** The reason's class, from the table of reasons. */
  readonly class: RefusalClass
  /** For class `advertiser`: the answer names what the person must do, so it needs no confirmation. */
  readonly definite: boolean
  /** The answer is unknown. It counts as temporary a limited number of times; then the operator must act. */
  readonly unknown: boolean
  /** Seconds to wait, from the answer or the class; absent if neither has any. */
  readonly retryAfterSeconds?: number
  /** `error` of RFC 6749, section 5.2; empty if the body has none. */
  readonly error: string
  readonly suberror: string
  readonly errorCodes: readonly number[]
  readonly traceId: string
  /** Requirements for the next sign-in ({@link isClaimsChallenge}); absent if the answer has none. */
  readonly claims?: string
}

/** An answer's contents besides its reason. */
export type RefusalEvidence = Partial<
  Pick<TokenRefusal, 'error' | 'suberror' | 'errorCodes' | 'traceId' | 'retryAfterSeconds' | 'claims'>
>

/** A refusal for a reason, completed from the table of reasons. */
export function toRefusal(reason: RefusalReason, evidence: RefusalEvidence = {}): TokenRefusal {
  const { class: refusalClass, secondLook } = meaningOf(reason)
  return {
    ...{ error: '', suberror: '', errorCodes: [], traceId: '' },
    ...evidence,
    reason,
    class: refusalClass,
    definite: !secondLook && refusalClass.startsWith('advertiser'),
    unknown: reason === 'unknown_answer',
  }
}

/**
 * Whether a refusal is about our own client authentication, regardless of whose token was sent. The other refusals of
 * class `operator` may be caused by one advertiser's directory (AADSTS7000112, 7000229, 700016, 90002).
 */
export function isCredentialRefusal({ reason }: TokenRefusal): boolean {
  return isCredentialReason(reason)
}

/**
 * Whether another credential of ours is worth trying: `invalid_client` with an unlisted number may be about the
 * one that was sent, although it doesn't start a hold by itself.
 */
export function mayBeCredentialRefusal(refusal: TokenRefusal): boolean {
  return isCredentialRefusal(refusal) || refusal.reason === 'unlisted_client_error'
}

/** Token-endpoint guidance: a server error's first retry comes after 5 s at the earliest (resilience-client-app.md). */
export const serverErrorSeconds = 5

/** The refusal if there was no answer: a broken connection, a timeout, or no credential. */
export function refusalWithoutResponse(reason: RefusalReason): TokenRefusal {
  return toRefusal(reason, { retryAfterSeconds: serverErrorSeconds })
}
