import type { Actor } from '../problems.ts'
import { type AdvertisingError, type BodyForm, readFaultBody, redact } from './faultBody.ts'
import { type FaultClass, type FaultCode, faultCodeOf } from './faultCodes.ts'
import type { ServiceName } from './services.ts'

/** Why a call to Microsoft Advertising failed, judged once. No text in it holds a secret. */
export interface AdvertisingFault {
  readonly service?: ServiceName
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** Microsoft's id of the call, for its support; empty when none was sent. */
  readonly trackingId: string
  readonly form: BodyForm
  /** Every error that the body names. */
  readonly errors: readonly AdvertisingError[]
  /** The error that decided; absent when the status alone did. */
  readonly code?: number
  /** Microsoft's symbolic name of `code`; empty when it is not known. */
  readonly errorCode: string
  /** The word that narrowed the code down, e.g. `UserNotFound`. */
  readonly reason?: string
  readonly meaning: string
  readonly actor: Actor
  readonly class: FaultClass
  readonly retryAfterSeconds?: number
  /** What was seen, in one line. */
  readonly evidence: string
}

/** The answer of a call that failed. */
export interface FailedAnswer {
  readonly service?: ServiceName
  readonly status: number
  /** Read for `TrackingId` and `Retry-After` (in seconds; a date is not understood). */
  readonly headers?: Headers
  readonly trackingId?: string
  readonly bodyText: string
}

interface Judgement {
  readonly meaning: string
  readonly actor: Actor
  readonly class: FaultClass
  readonly retryAfterSeconds?: number
}

/** The class that decides when one body names several errors, most telling first. */
const precedence: readonly FaultClass[] = [
  'expiredToken',
  'credentials',
  'identity',
  'backOff',
  'rights',
  'request',
  'passing',
  'unexpectedAnswer',
]

/** Microsoft's own wait for 117, used where a 429 brings neither code nor `Retry-After`. */
const throttledSeconds = 60

/**
 * Reads a failed answer: all errors of the body by (service, code), then the status alone.
 * Never throws, whatever the body is (plain text on 403 has been seen: Java SDK issue 223).
 */
export function readFault(answer: FailedAnswer): AdvertisingFault {
  const body = readFaultBody(answer.bodyText)
  const known = decisive(answer.service, body.errors)
  const error = known ? undefined : body.errors[0]
  const judgement = known ?? judgeStatus(answer.status, body.form)
  const retryAfterSeconds = retryAfterOf(answer.headers) ?? judgement.retryAfterSeconds
  const code = known?.code ?? error?.code
  return {
    ...(answer.service && { service: answer.service }),
    status: answer.status,
    trackingId: trackingIdOf(answer) || body.trackingId,
    form: body.form,
    errors: body.errors,
    ...(code !== undefined && { code }),
    errorCode: known?.errorCode ?? error?.errorCode ?? '',
    ...(known?.reason && { reason: known.reason }),
    meaning: error?.message || judgement.meaning,
    actor: judgement.actor,
    class: judgement.class,
    ...(retryAfterSeconds !== undefined && isRetryable(judgement) && { retryAfterSeconds }),
    evidence: evidenceOf(answer, body.errors),
  }
}

/** The fault of a call that brought no answer within its time, or none at all. */
export function faultWithoutAnswer(service: ServiceName, cause: 'timeLimit' | 'network'): AdvertisingFault {
  const meaning =
    cause === 'timeLimit'
      ? 'Microsoft Advertising did not answer in time.'
      : 'Microsoft Advertising could not be reached.'
  const judgement = { meaning, actor: 'nobody', class: 'passing' } as const
  return {
    service,
    status: 0,
    trackingId: '',
    form: 'empty',
    errors: [],
    errorCode: '',
    ...judgement,
    evidence: meaning,
  }
}

/** The fault of a successful answer that lacks what its operation promises. */
export function faultOfUnexpectedAnswer(answer: FailedAnswer, lacking: string): AdvertisingFault {
  return {
    ...readFault(answer),
    errorCode: '',
    meaning: 'Microsoft Advertising answered with something other than documented.',
    actor: 'operator',
    class: 'unexpectedAnswer',
    evidence: `HTTP ${answer.status}: ${redact(lacking)}`,
  }
}

function decisive(
  service: ServiceName | undefined,
  errors: readonly AdvertisingError[],
): FaultCode | undefined {
  const known = errors.flatMap((error) => faultCodeOf(service, error) ?? [])
  return known.toSorted((a, b) => precedence.indexOf(a.class) - precedence.indexOf(b.class))[0]
}

function judgeStatus(status: number, form: BodyForm): Judgement {
  if (status === 401) return judged('credentials', 'operator', 'The access token was not accepted.')
  if (status === 403 && form !== 'fault') {
    return judged('credentials', 'operator', 'The host refuses these credentials as a whole.')
  }
  if (status === 403) return judged('rights', 'advertiserAdmin', 'The user has no access.')
  if (status === 429) {
    return { ...judged('backOff', 'nobody', 'Too many calls.'), retryAfterSeconds: throttledSeconds }
  }
  if (status === 408 || (status >= 500 && status !== 501)) {
    return judged('passing', 'nobody', 'Microsoft Advertising failed.')
  }
  if (status === 400) return judged('request', 'app', 'The request was not accepted.')
  return judged('unexpectedAnswer', 'operator', `Microsoft Advertising does not document status ${status}.`)
}

function judged(faultClass: FaultClass, actor: Actor, meaning: string): Judgement {
  return { class: faultClass, actor, meaning }
}

function isRetryable(judgement: Judgement): boolean {
  return judgement.class === 'backOff' || judgement.class === 'passing'
}

function trackingIdOf(answer: FailedAnswer): string {
  return redact(answer.trackingId ?? answer.headers?.get('TrackingId') ?? '')
}

function retryAfterOf(headers: Headers | undefined): number | undefined {
  const value = headers?.get('Retry-After') ?? ''
  return /^\d{1,6}$/.test(value) ? Number(value) : undefined
}

function evidenceOf(answer: FailedAnswer, errors: readonly AdvertisingError[]): string {
  const seen = errors.map((e) =>
    [e.code, e.errorCode, e.detail, e.message].filter((part) => part !== '' && part !== undefined).join(' '),
  )
  return redact(`HTTP ${answer.status}: ${seen.join('; ') || answer.bodyText.trim() || 'no body'}`)
}
