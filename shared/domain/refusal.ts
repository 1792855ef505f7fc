import { isCredentialReason, meaningOf, type RefusalClass, type RefusalReason } from './reasons.ts'

/** What a token or authorization endpoint refused, read once at the border. */
export interface TokenRefusal {
  readonly reason: RefusalReason
  /** The reason's, by the table of reasons. */
  readonly class: RefusalClass
  /** For class `advertiser`: the answer names what the person must do, so no second look is needed. */
  readonly definite: boolean
  /** The answer is unknown. It counts as passing a limited number of times; then the operator must act. */
  readonly unknown: boolean
  /** Seconds that the answer asks to wait, or that the class demands; absent when neither. */
  readonly retryAfterSeconds?: number
  /** `error` of RFC 6749, section 5.2; empty when the body had none. */
  readonly error: string
  readonly suberror: string
  readonly errorCodes: readonly number[]
  readonly traceId: string
  /** What the next sign-in must meet ({@link isClaimsChallenge}); absent when the answer asks for nothing. */
  readonly claims?: string
}

/** What an answer says beside its reason. */
export type RefusalEvidence = Partial<
  Pick<TokenRefusal, 'error' | 'suberror' | 'errorCodes' | 'traceId' | 'retryAfterSeconds' | 'claims'>
>

/** A refusal for a reason, with what the table of reasons says of it. */
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
 * Whether a refusal is about our own client authentication, regardless of whose token was sent. The other refusals of class
 * `operator` may have their cause in one advertiser's directory (AADSTS7000112, 7000229, 700016, 90002).
 */
export function isCredentialRefusal({ reason }: TokenRefusal): boolean {
  return isCredentialReason(reason)
}

/**
 * Whether another credential of ours is worth a try: `invalid_client` with a number that no table has may be about the
 * one that was sent, though it holds nothing by itself.
 */
export function mayBeCredentialRefusal(refusal: TokenRefusal): boolean {
  return isCredentialRefusal(refusal) || refusal.reason === 'unlisted_client_error'
}

/** Token-endpoint guidance: a server error's first retry comes 5 s later at the earliest (resilience-client-app.md). */
export const serverErrorSeconds = 5

/** The refusal when no answer came at all: a cut connection, a time-out, nothing to ask with. */
export function refusalWithoutResponse(reason: RefusalReason): TokenRefusal {
  return toRefusal(reason, { retryAfterSeconds: serverErrorSeconds })
}
