import { z } from 'zod'
import { passTime } from '../latency.ts'
import { people } from '../people.ts'
import type { FaultEntry } from './faults.ts'
import { adApiFaultDetail, apiFault, apiFaultDetail, faults, findFault, soapFault } from './faults.ts'
import { services } from './operation.ts'
import { pollAnswer } from './poll-answers.ts'
import type { LoggedRequest } from './request-log.ts'

/**
 * Kinds that an operation of Reporting or Bulk answers. `operationFault` is an ApiFaultDetail with the error code, as the
 * services themselves refuse; the others are statuses of a poll (`path: '/GenerateReport/Poll'` or
 * `'/BulkDownloadStatus/Query'`), which strike before the credentials are checked.
 */
const operationFaultKinds = [
  'operationFault',
  'pending',
  'failed',
  'failedFullSyncRequired',
  'noData',
] as const

/**
 * Kinds that strike a download (`path: '/_downloads/file'`), of which `hang`, `slow`, `cut`, and `serverError` do, too.
 * `cutFile` closes the connection after `atByte` bytes of a promised whole; `stallFile` sends nothing more; `shortFile`
 * ends there in good order, with its own `Content-Length`; `corruptFile` inverts the byte there; `withoutLength` sends the
 * file without `Content-Length`; `redirect` answers 302 to the same address: `times: 1` for one redirect.
 */
export const downloadFaultKinds = [
  ...(['cutFile', 'stallFile', 'shortFile', 'corruptFile', 'withoutLength', 'redirect'] as const),
] as const

/**
 * The body of `POST /_control/faults`: which calls fail, how, and how often. An omitted member matches all.
 * A fault for a person applies after their access token is verified, and one for a customer after the body is read; any
 * other applies before all checks.
 */
export const injectionSchema = z.strictObject({
  environment: z.enum(['production', 'sandbox']).optional(),
  service: z.enum(services).optional(),
  /** End of the path, for example `/Accounts/Search`. */
  path: z.string().optional(),
  username: z.enum(people.map(({ username }) => username)).optional(),
  objectId: z.string().optional(),
  /** The `CustomerId` in the call's body. */
  aboutCustomerId: z.string().optional(),
  kind: z.enum([
    'fault',
    'apiFault',
    'soapFault',
    'throttled',
    'throttledPlainText',
    'serverError',
    'forbiddenPlainText',
    'hang',
    'slow',
    'cut',
    'cutMidBody',
    ...operationFaultKinds,
    ...downloadFaultKinds,
  ]),
  /** Where `cutFile`, `stallFile`, `shortFile`, and `corruptFile` strike. Default is the end of the file. */
  atByte: z.int().nonnegative().optional(),
  /** The error code of `fault`, `apiFault`, and `soapFault`. Default is 0. */
  code: z.int().nonnegative().optional(),
  /** The reason for a code with several, for example `PersonalAccountIsRequired` for 126. */
  reason: z.string().optional(),
  /** Overrides the kind's own HTTP status. */
  status: z.int().min(400).max(599).optional(),
  /** Sent as `Retry-After`, which the real service isn't known to send. */
  retryAfterSeconds: z.int().nonnegative().optional(),
  /** How long a `slow` call waits before it is answered as usual. Default is 4500, as a page of accounts takes. */
  delayMilliseconds: z.int().nonnegative().optional(),
  /** The number of matching calls before the first one that fails. Default is 0. */
  after: z.int().nonnegative().optional(),
  /** The number of calls after which the fault ends. Default is never. */
  times: z.int().positive().optional(),
})

/** An injected fault. */
export type Injection = z.infer<typeof injectionSchema>

/** Whether a fault is for {@link downloadFaultKinds}' downloads. */
export function isDownloadFault({ kind }: Injection): boolean {
  return downloadFaultKinds.some((each) => each === kind)
}

/** The injected faults. */
export interface Injections {
  add(injection: Injection): void
  /** The remaining faults, in order of addition. */
  list(): readonly Injection[]
  clear(): void
  /** Takes the first fault for this call, and counts it; faults for a person only if `user` is known. */
  take(request: LoggedRequest): Injection | undefined
}

/** Creates an empty list of faults. */
export function createInjections(): Injections {
  let pending: Injection[] = []
  return {
    add: (injection) => pending.push({ ...injection, ...namePerson(injection) }),
    list: () => pending,
    clear: () => {
      pending = []
    },
    take: (request) => {
      const found = pending.find((injection) => strikes(injection, request))
      if (!found) return undefined
      if (found.after) {
        found.after -= 1
        return undefined
      }
      if (found.times) found.times -= 1
      if (found.times === 0) pending = pending.filter((injection) => injection !== found)
      return found
    },
  }
}

/**
 * Applies a fault; `cut` closes the caller's connection. A fault that hangs never resolves; after one that is only slow,
 * the call is answered as usual.
 */
export async function carryOut(
  injection: Injection | undefined,
  request: LoggedRequest,
  cut: () => void,
): Promise<Response | undefined> {
  if (injection?.kind === 'hang') return new Promise(() => {})
  if (injection?.kind === 'slow') await passTime(injection.delayMilliseconds ?? 4500)
  if (!injection || injection.kind === 'slow') return undefined
  if (injection.kind === 'cut') cut()
  return toResponse(injection, request, cut)
}

function toResponse(injection: Injection, request: LoggedRequest, cut: () => void): Response {
  const fault = findFault(injection.code ?? faults.internalError.code, injection.reason)
  switch (injection.kind) {
    case 'apiFault':
      return faultResponse(injection, request, fault, apiFault)
    case 'operationFault':
      return faultResponse(injection, request, fault, apiFaultDetail)
    case 'pending':
    case 'failed':
    case 'failedFullSyncRequired':
    case 'noData':
      return respond(injection, 200, JSON.stringify(pollAnswer(injection.kind, request)), 'application/json')
    case 'soapFault':
      request.code = fault.code
      return respond(injection, 500, soapFault(fault, request.trackingId), 'text/xml')
    case 'throttled':
      return faultResponse(injection, request, throttle(injection))
    case 'throttledPlainText':
      return respond(injection, 429, 'Too Many Attempt', 'text/plain')
    case 'forbiddenPlainText':
      return respond(injection, 403, 'Forbidden', 'text/plain')
    case 'serverError':
      return serverError(injection, request)
    case 'cutMidBody':
      return new Response(halfBody(cut), { headers: { 'content-type': 'application/json' } })
    default:
      return faultResponse(injection, request, fault)
  }
}

/** A gateway's page for 501 and up; the service's own code 0 for 500. */
function serverError(injection: Injection, request: LoggedRequest): Response {
  const status = injection.status ?? 500
  if (status === 500) return faultResponse(injection, request, faults.internalError)
  return respond(injection, status, '<h2>The service is unavailable.</h2>', 'text/html')
}

function throttle({ code }: Injection): FaultEntry {
  return code === undefined ? faults.callRateExceeded : { ...findFault(code), status: 429 }
}

function faultResponse(
  injection: Injection,
  request: LoggedRequest,
  fault: FaultEntry,
  toBody = adApiFaultDetail,
): Response {
  request.code = fault.code
  return respond(
    injection,
    fault.status,
    JSON.stringify(toBody(fault, request.trackingId)),
    'application/json',
  )
}

function respond(
  { status, retryAfterSeconds }: Injection,
  ownStatus: number,
  body: string,
  contentType: string,
): Response {
  const headers = new Headers({ 'content-type': `${contentType}; charset=utf-8` })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  return new Response(body, { status: status ?? ownStatus, headers })
}

function halfBody(cut: () => void): ReadableStream<Uint8Array> {
  let isSent = false
  return new ReadableStream({
    pull(controller) {
      if (isSent) cut()
      else controller.enqueue(new TextEncoder().encode('{"Accounts":['))
      isSent = true
    },
  })
}

function strikes(injection: Injection, request: LoggedRequest): boolean {
  const { environment, service, path, aboutCustomerId } = injection
  return (
    (!environment || environment === request.environment) &&
    (!service || service === request.service) &&
    (!path || request.path.endsWith(path)) &&
    aboutCustomerId === (request.aboutCustomerId ?? undefined) &&
    isAboutPerson(injection, request)
  )
}

/** A call is offered to the faults before its person is known, then with the person, then with the body's customer. */
function isAboutPerson({ objectId, aboutCustomerId }: Injection, { user }: LoggedRequest): boolean {
  if (objectId) return objectId === user
  return aboutCustomerId !== undefined || user === null
}

function namePerson({ username, objectId }: Injection): { objectId?: string } {
  const named = people.find((person) => person.username === username)?.objectId ?? objectId
  return named ? { objectId: named } : {}
}
