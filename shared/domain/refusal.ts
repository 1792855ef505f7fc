/**
 * Who a refusal is about. `passing`: try again; `backOff`: hold still for the stated time; `advertiser`: sign in
 * again; `advertiserAdmin`: a new sign-in helps only after their directory allows it; `operator`: ours.
 */
export type RefusalClass = 'passing' | 'backOff' | 'advertiser' | 'advertiserAdmin' | 'operator'

/** What a token or authorization endpoint refused, read once at the border. */
export interface TokenRefusal {
  readonly class: RefusalClass
  /** A stable word of ours, e.g. `client_secret_expired`. */
  readonly reason: string
  /** For class `advertiser`: the answer names what the person must do, so no second look is needed. */
  readonly definite: boolean
  /** The answer is of no known kind: it passes a bounded number of times, then it is the operator's. */
  readonly unknown: boolean
  /** Seconds that the answer asks to wait, or that the class demands; absent when neither. */
  readonly retryAfterSeconds?: number
  /** `error` of RFC 6749, section 5.2; empty when the body had none. */
  readonly error: string
  readonly suberror: string
  readonly errorCodes: readonly number[]
  readonly traceId: string
}

/**
 * Whether a refusal is about our own client authentication, whoever's token was sent. The other refusals of class
 * `operator` may have their cause in one advertiser's directory (AADSTS7000112, 7000229, 700016, 90002).
 */
export function isCredentialRefusal(refusal: TokenRefusal): boolean {
  return refusal.class === 'operator' && isCredentialReason(refusal.reason)
}

/**
 * Whether another credential of ours is worth a try: `invalid_client` with a number that no table has may be about the
 * one that was sent, though it holds nothing by itself.
 */
export function mayBeCredentialRefusal(refusal: TokenRefusal): boolean {
  const { error, reason } = refusal
  return isCredentialRefusal(refusal) || (error === 'invalid_client' && reason === 'registration_refused')
}

/** Whether a refusal's reason is about how we authenticate as the registration. */
export function isCredentialReason(reason: string): boolean {
  return /^client_|^invalid_client$/.test(reason) && reason !== 'client_mismatch'
}

/** Token-endpoint guidance: a server error's first retry comes 5 s later at the earliest (resilience-client-app.md). */
export const serverErrorSeconds = 5

/** The reason when no answer came at all: a cut connection, a time-out, nothing to ask with. */
export function noAnswer(
  reason:
    | 'identity_provider_unreachable'
    | 'identity_provider_timed_out'
    | 'grant_missing'
    | 'grant_unreadable',
): TokenRefusal {
  return {
    class: 'passing',
    reason,
    definite: false,
    unknown: false,
    retryAfterSeconds: serverErrorSeconds,
    error: '',
    suberror: '',
    errorCodes: [],
    traceId: '',
  }
}
