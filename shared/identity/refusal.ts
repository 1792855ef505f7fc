import { reasonOfNumbers } from '../domain/aadsts.ts'
import { isClaimsChallenge } from '../domain/claimsChallenge.ts'
import { meaningOf, type RefusalReason } from '../domain/reasons.ts'
import { serverErrorSeconds, type TokenRefusal, toRefusal } from '../domain/refusal.ts'
import { parseRetryAfterSeconds } from '../domain/retryAfter.ts'

/** MSAL's default hold for a 429 without `Retry-After` (msal-common ThrottlingUtils, 60 s). */
const throttledSeconds = 60
/** Loop detection requires minutes of silence (docs/facts.md, AADSTS50196). */
const loopDetectedSeconds = 300

type Reasons = Readonly<Record<string, RefusalReason>>

/**
 * Suberrors that say more than any number: the first two are Entra's, the others name an action of the person (MSAL).
 */
const bySuberror: Reasons = {
  protection_policy_required: 'protection_policy',
  client_mismatch: 'client_mismatch',
}
const interactiveSuberrors: ReadonlySet<string> = new Set([
  'basic_action',
  'consent_required',
  'user_password_expired',
  'additional_action',
  'message_only',
])
/** Google Workspace's error for a required action by an administrator. */
const adminErrors: Reasons = { admin_policy_enforced: 'directory_policy' }
/**
 * `error` values for a fault in our registration, secret, or request, even if an advertiser's number comes
 * with them (reference-error-codes.md; developers.google.com/identity/protocols/oauth2).
 */
const operatorErrors: Reasons = {
  invalid_client: 'invalid_client',
  unauthorized_client: 'unauthorized_client',
  invalid_request: 'invalid_request',
  unsupported_grant_type: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  invalid_resource: 'invalid_resource',
  redirect_uri_mismatch: 'redirect_uri_mismatch',
  restricted_client: 'restricted_client',
  deleted_client: 'client_deleted',
  disabled_client: 'client_disabled',
  // The client's project serves only one Google organization: its owner must publish it.
  org_internal: 'registration_refused',
}
/** `error` values that require an action by the person (v2-oauth2-auth-code-flow.md; MSAL; Google). */
const personErrors: Reasons = {
  interaction_required: 'interaction_required',
  consent_required: 'consent_required',
  login_required: 'login_required',
  bad_token: 'bad_token',
  access_denied: 'consent_declined',
  invalid_rapt: 'sign_in_frequency',
}
const passingErrors: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error'])

/**
 * Reads a token endpoint's refusal.
 * Order: status, `error`, `suberror`; `error_codes` only refine, because Microsoft calls them unstable
 * (identity-platform/reference-error-codes). Never throws on a strange body.
 * @param retryAfter the `Retry-After` header as received.
 */
export function classifyTokenRefusal(
  status: number,
  body: unknown,
  retryAfter?: string | null,
): TokenRefusal {
  const { subtype, ...seen } = readBody(body)
  const reason = reasonOf(status, { ...seen, subtype })
  const seconds = secondsToWait(reason, parseRetryAfterSeconds(retryAfter))
  return toRefusal(reason, {
    ...seen,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    ...claimsOf(reason, body),
  })
}

/**
 * Only a refusal that a sign-in or an administrator can resolve has a challenge. One that can't be sent back is
 * dropped.
 */
function claimsOf(reason: RefusalReason, body: unknown): Pick<TokenRefusal, 'claims'> {
  const claims = toRecord(body).claims
  return meaningOf(reason).class.startsWith('advertiser') && isClaimsChallenge(claims) ? { claims } : {}
}

function secondsToWait(reason: RefusalReason, asked: number | undefined): number | undefined {
  if (reason === 'throttled') return asked ?? throttledSeconds
  if (reason === 'loop_detected') return Math.max(asked ?? 0, loopDetectedSeconds)
  return asked ?? (meaningOf(reason).class === 'passing' ? serverErrorSeconds : undefined)
}

type Seen = Pick<TokenRefusal, 'error' | 'suberror' | 'errorCodes' | 'traceId'> & {
  /** Google's `error_subtype`. */
  readonly subtype: string
}

function reasonOf(status: number, seen: Seen): RefusalReason {
  if (status === 429 || seen.error === 'rate_limit_exceeded') return 'throttled'
  if (seen.errorCodes.includes(50196)) return 'loop_detected'
  if (status >= 500 || passingErrors.has(seen.error)) return 'identity_provider_error'
  const numbered = reasonOfNumbers(seen.errorCodes.filter((code) => isTelling(code, seen.error)))
  const isPersons = numbered !== undefined && meaningOf(numbered).class === 'advertiser'
  return (
    lookUp(bySuberror, seen.suberror) ??
    lookUp(adminErrors, seen.error) ??
    (isPersons ? undefined : numbered) ??
    reasonOfOperatorError(seen) ??
    reasonOfPerson(seen, numbered) ??
    'unknown_answer'
  )
}

/**
 * 9002313 means a malformed request, and with `invalid_grant` a malformed refresh token (azure-docs#63819): the
 * request itself always has the same form.
 */
function isTelling(code: number, error: string): boolean {
  return code !== 9002313 || error !== 'invalid_grant'
}

/** An unlisted number may come from one directory (7000229 does), so by itself it doesn't start a hold. */
function reasonOfOperatorError({ error, errorCodes }: Seen): RefusalReason | undefined {
  if (error === 'invalid_client' && errorCodes.length > 0) return 'unlisted_client_error'
  return lookUp(operatorErrors, error)
}

/** @param numbered the numbers' reason about the person, if there is one. */
function reasonOfPerson(
  { error, suberror, subtype }: Seen,
  numbered: RefusalReason | undefined,
): RefusalReason | undefined {
  if (subtype === 'invalid_rapt') return 'sign_in_frequency'
  const said = lookUp(personErrors, error)
  // A general number says less than an error that requires an action.
  if (numbered && !(numbered === 'grant_refused' && (said || interactiveSuberrors.has(suberror))))
    return numbered
  if (said) return said
  if (error !== 'invalid_grant') return numbered
  return interactiveSuberrors.has(suberror) ? 'sign_in_required' : 'grant_refused'
}

function lookUp(table: Reasons, word: string): RefusalReason | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}

function readBody(body: unknown): Seen {
  const record = toRecord(body)
  return {
    error: wordOf(record.error),
    suberror: wordOf(record.suberror),
    subtype: wordOf(record.error_subtype),
    errorCodes: codesOf(record),
    traceId: wordOf(record.trace_id),
  }
}

function toRecord(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}

/** Numbers or strings of numbers. Without a list, uses the numbers at the start of the description's sentences. */
function codesOf({ error_codes: list, error_description: text }: Record<string, unknown>): number[] {
  const codes = Array.isArray(list)
    ? list.slice(0, 20).filter(isPlain).map(Number).filter(Number.isInteger)
    : []
  if (codes.length > 0 || typeof text !== 'string') return codes
  const named = [...text.slice(0, 2_000).matchAll(/AADSTS(\d{4,9})(?!\d)/g)].map(([, code]) => Number(code))
  return [...new Set(named)]
}

/** JSON can contain objects that can't be converted to text: `{"toString":0}`. */
function isPlain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string'
}

/** Only short words of a closed alphabet leave this file, so no content of a body can reach a log. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,80}$/.test(value) ? value : ''
}
