import { parseRetryAfterSeconds } from '../domain/retryAfter.ts'
import type { VerdictCode } from '../domain/verdicts.ts'
import type { Actor } from '../problems.ts'
import type { AdvertisingError } from './advertisingError.ts'
import { type BodyForm, type FaultBody, readFaultBody } from './faultBody.ts'
import type { FaultClass, FaultCode } from './faultCode.ts'
import { faultCodeOf } from './faultCodes.ts'
import type { FaultEvidence } from './faultEvidence.ts'
import { otherFaultCodes } from './otherFaultCodes.ts'
import { redact } from './redact.ts'
import type { ServiceName } from './services.ts'

/** Why a call to Microsoft Advertising failed, judged once. No text in it contains a secret. */
export interface AdvertisingFault {
  readonly service?: ServiceName
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number
  /** Microsoft's id for the call, for its support; empty if none was sent. */
  readonly trackingId: string
  readonly form: BodyForm
  /** The errors in the body, a hundred at most; the deciding one was chosen from all of them. */
  readonly errors: readonly AdvertisingError[]
  /** The deciding error; absent if only the status decided. */
  readonly code?: number
  /** Microsoft's symbolic name of `code`; empty if unknown. */
  readonly errorCode: string
  /** The word that narrows down the code, for example `UserNotFound`. */
  readonly reason?: string
  readonly meaning: string
  readonly actor: Actor
  readonly class: FaultClass
  readonly retryAfterSeconds?: number
  /** Whether Microsoft documents the deciding error; if not, only the status decided. */
  readonly isDocumented: boolean
  /** The documentation's text for the deciding error; absent if its verdict is enough. */
  readonly documented?: string | undefined
  /** The code's meaning unless the ids prove another one. */
  readonly verdict?: VerdictCode
  /** The token that the answer's text names; absent if it names none or both. */
  readonly named?: 'developerToken' | 'accessToken'
  /** Whether the answer contains nothing but its status. */
  readonly isBare: boolean
  /** The observed facts, in one line. */
  readonly evidence: string
  /** The known facts about the tokens, for a call that the broker made itself. */
  readonly tokens?: FaultEvidence
}

/** A failed call's answer. */
export interface FailedResponse {
  readonly service?: ServiceName
  readonly status: number
  /** Read for `TrackingId` and `Retry-After`. */
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

/** The order in which classes decide if one body has several errors, most specific first. */
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

/** Microsoft's own wait for 117, used if a 429 has neither a code nor `Retry-After`. */
const throttledSeconds = 60

/**
 * Reads a failed answer: all errors of the body by (service, code), then only the status.
 * Never throws, regardless of the body (plain text on 403 has been observed: Java SDK issue 223).
 */
export function readFault(answer: FailedResponse): AdvertisingFault {
  return toFault(answer, readFaultBody(answer.bodyText))
}

/** Like {@link readFault}, for a parsed body. Compares before it removes secrets. */
export function toFault(answer: FailedResponse, body: FaultBody): AdvertisingFault {
  const known = decisive(answer.service, body.errors)
  const error = known ? undefined : body.errors[0]
  const judgement = known ?? judgeStatus(answer.status, body.form)
  const headers = answer.headers ?? body.head?.headers
  const retryAfterSeconds = parseRetryAfterSeconds(headers?.get('Retry-After')) ?? judgement.retryAfterSeconds
  const named = namedToken(body)
  const code = known?.code ?? error?.code
  return {
    ...(answer.service && { service: answer.service }),
    status: answer.status,
    trackingId: redact(answer.trackingId ?? headers?.get('TrackingId') ?? '') || redact(body.trackingId),
    form: body.form,
    errors: body.errors.slice(0, maxErrorsKept).map(redactError),
    ...(code !== undefined && { code }),
    errorCode: redact(known?.errorCode ?? error?.errorCode ?? ''),
    ...(known?.reason && { reason: known.reason }),
    meaning: redact(error?.message ?? '') || judgement.meaning,
    actor: judgement.actor,
    class: judgement.class,
    ...(retryAfterSeconds !== undefined && isRetryable(judgement) && { retryAfterSeconds }),
    isDocumented: known !== undefined,
    ...(known?.verdict && { verdict: known.verdict }),
    ...(known && otherFaultCodes.includes(known) && { documented: known.meaning }),
    ...(named && { named }),
    isBare: body.errors.length === 0 && isCauseless(body),
    evidence: evidenceOf(answer, body),
  }
}

/** The fault of a call that got no answer in time, or none at all. */
export function faultWithoutResponse(service: ServiceName, cause: 'timeLimit' | 'network'): AdvertisingFault {
  const meaning =
    cause === 'timeLimit'
      ? 'Microsoft Advertising didn’t respond in time.'
      : 'The broker couldn’t reach Microsoft Advertising.'
  const judgement = { meaning, actor: 'nobody', class: 'passing' } as const
  return {
    service,
    status: 0,
    trackingId: '',
    form: 'empty',
    errors: [],
    errorCode: '',
    ...judgement,
    isDocumented: false,
    isBare: true,
    evidence: meaning,
  }
}

/** The fault of a successful answer that lacks required content. */
export function faultOfUnexpectedResponse(answer: FailedResponse, lacking: string): AdvertisingFault {
  return {
    ...readFault(answer),
    errorCode: '',
    meaning: 'Microsoft Advertising sent an undocumented answer.',
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
  if (status === 401) return judged('credentials', 'operator', 'The access token wasn’t accepted.')
  if (status === 403 && form !== 'fault') {
    return judged('credentials', 'operator', 'The host rejects these credentials entirely.')
  }
  if (status === 403) return judged('rights', 'advertiserAdmin', 'The user doesn’t have access.')
  if (status === 429) {
    return { ...judged('backOff', 'nobody', 'Too many calls.'), retryAfterSeconds: throttledSeconds }
  }
  if (status === 408 || (status >= 500 && status !== 501)) {
    return judged('passing', 'nobody', 'Microsoft Advertising failed.')
  }
  const meaning =
    status === 400 ? 'The request wasn’t accepted.' : `Microsoft doesn’t document status ${status}.`
  return judged('unexpectedAnswer', 'operator', meaning)
}

function judged(faultClass: FaultClass, actor: Actor, meaning: string): Judgement {
  return { class: faultClass, actor, meaning }
}

function isRetryable(judgement: Judgement): boolean {
  return judgement.class === 'backOff' || judgement.class === 'passing'
}

/** The most errors to return. */
const maxErrorsKept = 100
/** The most errors to list; one body can have thousands. */
const maxErrorsShown = 20

function evidenceOf({ status }: FailedResponse, { errors, text }: FaultBody): string {
  const seen = errors
    .slice(0, maxErrorsShown)
    .map((e) =>
      [e.code, e.errorCode, e.detail, e.message]
        .filter((part) => part !== '' && part !== undefined)
        .join(' '),
    )
  const http = status === 0 ? 'A response without a known status' : `HTTP ${status}`
  return redact(`${http}: ${seen.join('; ') || text || 'no body'}`)
}

function redactError({ errorCode, message, detail, ...code }: AdvertisingError): AdvertisingError {
  return { ...code, errorCode: redact(errorCode), message: redact(message), detail: redact(detail) }
}

/** Microsoft's usual text for 105 names both tokens, so it identifies neither. */
function namedToken({ errors, text, head }: FaultBody): AdvertisingFault['named'] {
  const told = errors.slice(0, maxErrorsShown).map((e) => `${e.errorCode} ${e.detail} ${e.message}`)
  const words = told.length > 0 ? told.join(' ') : text.slice(0, 4_000)
  const isDeveloper = /developer\s?token|authori[sz]ed developer/i.test(words)
  const isAccess = /(?:access|oauth|bearer|authentication)\s?token/i.test(words)
  if (isDeveloper !== isAccess) return isDeveloper ? 'developerToken' : 'accessToken'
  return head?.headers.get('www-authenticate')?.includes('invalid_token') ? 'accessToken' : undefined
}

/** The words of an answer without a cause: the status in words, and its frame. */
const causeless =
  /\b(?:unauthori[sz]ed|authori[sz]ation|authori[sz]ed|authentication|authenticationerror|required|failed|forbidden|access|denied|has|been|for|this|request|is|the|not|you|are|to|http|https|error|errors|code|status|statuscode|title|type|message|detail|details|null|true|false|tools|ietf|org|html|rfc|section|traceid|requestid|path|timestamp)\b|[^a-z]/gi

function isCauseless({ form, text }: FaultBody): boolean {
  if (form === 'empty' || form === 'html') return true
  return text.length <= 1_000 && text.replace(/[a-f\d-]{16,}/gi, '').replace(causeless, '') === ''
}
