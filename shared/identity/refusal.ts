import { aadstsClasses, reasonOfCode } from '../domain/aadsts.ts'
import { type RefusalClass, serverErrorSeconds, type TokenRefusal } from '../domain/refusal.ts'

/** MSAL's own default hold for 429 without `Retry-After` (msal-common ThrottlingUtils, 60 s). */
const throttledSeconds = 60
/** Loop detection wants minutes of silence (docs/facts.md, AADSTS50196). */
const loopDetectedSeconds = 300

/** Suberrors that name an act of the person (MSAL `InteractionRequiredAuthError`). */
const interactiveSuberrors = new Set([
  'basic_action',
  'consent_required',
  'user_password_expired',
  'additional_action',
  'message_only',
])
/** `error` values that ask for an interactive sign-in (v2-oauth2-auth-code-flow.md; MSAL). */
const interactiveErrors = new Set(['interaction_required', 'consent_required', 'login_required', 'bad_token'])
/** `error` values that mean that our registration, secret or request is wrong (reference-error-codes.md). */
const operatorErrors = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_request',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_resource',
  'redirect_uri_mismatch',
  'restricted_client',
])
const passingErrors = new Set(['temporarily_unavailable', 'server_error'])
/** Google Workspace's and Entra's ways to say that an administrator must act. */
const adminErrors = new Set(['admin_policy_enforced', 'org_internal'])
/** Google's ways to say that the OAuth client itself is gone (developers.google.com/identity/protocols/oauth2). */
const clientErrors: Readonly<Record<string, string>> = {
  deleted_client: 'client_deleted',
  disabled_client: 'client_disabled',
}

/**
 * Reads a token endpoint's refusal.
 * Order: status, `error`, `suberror`; `error_codes` only refine, since Microsoft calls them unstable
 * (identity-platform/reference-error-codes). Never throws on a strange body.
 * @param retryAfter the `Retry-After` header as received.
 */
export function classifyTokenRefusal(
  status: number,
  body: unknown,
  retryAfter?: string | null,
): TokenRefusal {
  const seen = readBody(body)
  const wait = parseRetryAfterSeconds(retryAfter)
  const refuse = (partial: Pick<TokenRefusal, 'class' | 'reason'> & Partial<TokenRefusal>): TokenRefusal => ({
    definite: false,
    unknown: false,
    ...(wait !== undefined && { retryAfterSeconds: wait }),
    ...(wait === undefined && partial.class === 'passing' && { retryAfterSeconds: serverErrorSeconds }),
    ...seen,
    ...partial,
  })
  if (status === 429 || seen.error === 'rate_limit_exceeded')
    return refuse({ class: 'backOff', reason: 'throttled', retryAfterSeconds: wait ?? throttledSeconds })
  if (seen.errorCodes.includes(50196)) {
    return refuse({
      class: 'backOff',
      reason: 'loop_detected',
      retryAfterSeconds: Math.max(wait ?? 0, loopDetectedSeconds),
    })
  }
  if (status >= 500 || passingErrors.has(seen.error)) {
    return refuse({ class: 'passing', reason: 'identity_provider_error' })
  }
  return refuse(classifyByError(seen))
}

type Seen = Pick<TokenRefusal, 'error' | 'suberror' | 'errorCodes' | 'traceId'> & {
  /** Google's `error_subtype`. */
  readonly subtype: string
}

function classifyByError(seen: Seen): Pick<TokenRefusal, 'class' | 'reason'> & Partial<TokenRefusal> {
  // 70002 says `invalid_client` in numbers; what comes beside it says why.
  const codes = seen.errorCodes.toSorted((a, b) => Number(a === 70002) - Number(b === 70002))
  const codeClass = codes.map((code) => classOfCode(code, seen.error)).find((c) => c !== undefined)
  const reason = reasonOfCode(codes)
  if (codeClass === 'passing') return { class: 'passing', reason: reason ?? 'identity_provider_error' }
  if (codeClass === 'advertiserAdmin' || adminErrors.has(seen.error)) {
    return { class: 'advertiserAdmin', reason: reason ?? 'directory_policy', definite: true }
  }
  if (seen.suberror === 'protection_policy_required')
    return { class: 'advertiserAdmin', reason: 'protection_policy', definite: true }
  if (seen.suberror === 'client_mismatch') return { class: 'operator', reason: 'client_mismatch' }
  if (codeClass === 'operator') return { class: 'operator', reason: reason ?? seen.error }
  const clientError = clientErrors[seen.error]
  if (clientError) return { class: 'operator', reason: clientError }
  if (seen.subtype === 'invalid_rapt' || seen.error === 'invalid_rapt')
    return { class: 'advertiser', reason: 'sign_in_frequency', definite: true }
  if (interactiveErrors.has(seen.error))
    return { class: 'advertiser', reason: reason ?? seen.error, definite: true }
  if (seen.error === 'invalid_grant') {
    const definite = interactiveSuberrors.has(seen.suberror) || seen.errorCodes.some(isDefiniteCode)
    return { class: 'advertiser', reason: reason ?? 'grant_refused', definite }
  }
  if (seen.error === 'access_denied')
    return { class: 'advertiser', reason: reason ?? 'consent_declined', definite: true }
  // A number that no table has may be one directory's doing (7000229 is), so that it holds nothing by itself.
  if (seen.error === 'invalid_client' && codes.length > 0)
    return { class: 'operator', reason: reason ?? 'registration_refused' }
  if (operatorErrors.has(seen.error)) return { class: 'operator', reason: reason ?? seen.error }
  if (codeClass === 'advertiser')
    return {
      class: 'advertiser',
      reason: reason ?? 'grant_refused',
      definite: seen.errorCodes.some(isDefiniteCode),
    }
  return { class: 'passing', reason: 'unknown_answer', unknown: true }
}

/**
 * What a number says. 9002313 is a malformed request, and beside `invalid_grant` a refresh token that is none
 * (azure-docs#63819): the request itself is always formed alike. Unlisted numbers are judged by Entra's ranges:
 * 53000 to 53999 and 530000 to 530999 are access policies.
 */
function classOfCode(code: number, error: string): RefusalClass | undefined {
  if (code === 9002313 && error === 'invalid_grant') return undefined
  const isPolicy = /^530?\d{3}$/.test(String(code))
  return aadstsClasses.get(code) ?? (isPolicy ? 'advertiserAdmin' : undefined)
}

/** A code of class `advertiser` other than the plain 70000, which has been seen to pass. */
function isDefiniteCode(code: number): boolean {
  return code !== 70000 && aadstsClasses.get(code) === 'advertiser'
}

function readBody(body: unknown): Seen {
  const record = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  return {
    error: wordOf(record.error),
    suberror: wordOf(record.suberror),
    subtype: wordOf(record.error_subtype),
    errorCodes: codesOf(record),
    traceId: wordOf(record.trace_id),
  }
}

/** Numbers, or strings of them; where there is no list, those that the description begins its sentences with. */
function codesOf({ error_codes: list, error_description: text }: Record<string, unknown>): number[] {
  const codes = Array.isArray(list)
    ? list.slice(0, 20).filter(isPlain).map(Number).filter(Number.isInteger)
    : []
  if (codes.length > 0 || typeof text !== 'string') return codes
  const named = [...text.slice(0, 2_000).matchAll(/AADSTS(\d{4,9})(?!\d)/g)].map(([, code]) => Number(code))
  return [...new Set(named)]
}

/** JSON may hold objects that no conversion takes: `{"toString":0}`. */
function isPlain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string'
}

/** Only short words of a closed alphabet leave this file: nothing that a body smuggles reaches a log. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,80}$/.test(value) ? value : ''
}

/** Seconds of a `Retry-After` header (RFC 9110, section 10.2.3), delta or date; undefined when absent or strange. */
export function parseRetryAfterSeconds(
  value: string | null | undefined,
  now = new Date(),
): number | undefined {
  if (!value) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now.getTime()) / 1000)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 3600) : undefined
}
