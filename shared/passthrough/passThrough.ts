import { ReadableStream } from 'node:stream/web'
import type { CustomerManagement } from '../advertising/client.ts'
import { isWithoutReason } from '../advertising/developerTokenProofs.ts'
import { services } from '../advertising/services.ts'
import { type Randomness, withTimeLimit } from '../clock.ts'
import type { DiagnosisDependencies } from '../diagnosis/context.ts'
import { ClientLeftError } from '../domain/clientLeft.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Environment } from '../environment.ts'
import { Problem } from '../problems.ts'
import { recordAdvertisingResult } from '../tenants/recordAdvertisingResult.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import { isRecentlyReplaced } from '../vend/recentlyReplaced.ts'
import { decideRepeat, readCallFault } from './decideRepeat.ts'
import { diagnosisHeader, explainFailure, retryAfterHeader } from './explainFailure.ts'
import { decodeFailureText, type FailureText, maxFaultBytes } from './failureText.ts'
import { toRequestHeaders, toResponseHeaders } from './headers.ts'
import { type CallTarget, type PrepareDependencies, type PreparedCall, prepareCall } from './prepareCall.ts'
import { readAnswer } from './readAnswer.ts'
import { type PartlyReadBody, readBeginning } from './readBeginning.ts'
import { type SendUpstream, UnusableResponseError, type UpstreamCall, type UpstreamResponse } from './send.ts'
import { targetUrl } from './target.ts'
import type { ThrottledCalls } from './throttledCalls.ts'
import { developerTokenIn, findTokenEvidence, type TokenEvidenceDependencies } from './tokenEvidence.ts'
import { withEnd } from './withEnd.ts'

/** Dependencies of passing calls through. */
export interface PassThroughDependencies
  extends PrepareDependencies,
    DiagnosisDependencies,
    TokenEvidenceDependencies {
  readonly advertising: (environment: Environment) => Pick<CustomerManagement, 'getUser'>
  readonly send: SendUpstream
  readonly tenants: TenantStore
  readonly randomness: Randomness
  readonly throttledCalls: ThrottledCalls
}

/** The app's call. */
export interface PassThroughCall extends CallTarget {
  readonly method: string
  /** The path below the service, without a leading slash. */
  readonly path: string
  /** Includes the question mark; empty without a query. */
  readonly query: string
  readonly headers: Pick<Headers, 'get'>
  readonly body: AsyncIterable<Uint8Array> | null
}

/** Microsoft's answer: its status, its bytes, and its headers except hop-by-hop ones. */
export interface PassThroughResponse {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: ReadableStream<Uint8Array> | null
}

/** The most bytes of a body that are kept, so the call can be repeated with another token. */
export const repeatableBytes = 1_048_576

/** The platform ends an HTTP call after 230 s (functions-scale, "timeout"); our limit must be reached first. */
const answerSeconds = 220

/** Seconds for which Microsoft's answer waits for its explanation. */
const explainSeconds = 2

const methodsWithoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Statuses without a body (Fetch, "null body status"). */
const bodiless = [204, 205, 304]

/**
 * Passes a call through to Microsoft Advertising with the tenant's credentials. Bodies stream in both directions. A
 * token that Microsoft refuses is replaced once, and the call is repeated if its body is small.
 * @throws Problem if the call can't be made, or if Microsoft is throttling the tenant's calls. Microsoft's answer is returned as it is, even a failure.
 */
export async function passThrough(
  dependencies: PassThroughDependencies,
  name: TenantName,
  call: PassThroughCall,
): Promise<PassThroughResponse> {
  dependencies.throttledCalls.assertOpen(name, call.service)
  const signal = AbortSignal.timeout(answerSeconds * 1000)
  const prepared = await prepareCall(dependencies, name, call)
  const url = targetUrl(prepared.baseUrl, call.path, call.query)
  const upload = await readUpload(call)
  const sendWith = (own: PreparedCall) =>
    send(
      dependencies.send,
      call,
      { url, signal, headers: toRequestHeaders(call.headers, own.headers) },
      upload,
    )
  const first = await sendWith(prepared)
  if (first.status < 400) return acceptedResponse(dependencies, prepared, first)
  const failure = await readFailure(first)
  const renewed = await refreshAndPrepare(dependencies, name, call, prepared, failure, upload).catch(
    (error) => {
      first.body.destroy()
      throw error
    },
  )
  if (!renewed) return explainedResponse(dependencies, prepared, call, url, failure)
  first.body.destroy()
  const second = await sendWith(renewed)
  if (second.status < 400) return acceptedResponse(dependencies, renewed, second)
  return explainedResponse(dependencies, renewed, call, url, await readFailure(second))
}

/** @throws Problem `invalid_request` for a body if the method gives it no meaning (RFC 9110, section 9.3). */
async function readUpload({ method, headers, body }: PassThroughCall): Promise<PartlyReadBody> {
  const upload = await readBeginning(body, repeatableBytes)
  if (!methodsWithoutBody.has(method) || (isEmpty(upload) && !announcesBody(headers))) return upload
  await upload.stream().return?.()
  const fault = `isn’t allowed with ${method}; Microsoft’s operations take a body with POST, PUT, or DELETE`
  throw new Problem('invalid_request', {
    detail: `body: ${fault}`,
    members: { errors: [{ in: 'body', field: '', fault }] },
  })
}

/**
 * The platform hands over no body of `GET` or `HEAD`, so only their headers show that there was one (RFC 9112, section
 * 6).
 */
function announcesBody(headers: Pick<Headers, 'get'>): boolean {
  return headers.get('transfer-encoding') !== null || Number(headers.get('content-length') ?? 0) !== 0
}

function isEmpty({ isWhole, beginning }: PartlyReadBody): boolean {
  return isWhole && beginning.byteLength === 0
}

async function send(
  sender: SendUpstream,
  { method, headers }: PassThroughCall,
  sent: Pick<UpstreamCall, 'url' | 'headers' | 'signal'>,
  upload: PartlyReadBody,
): Promise<UpstreamResponse> {
  const contentLength = /^\d{1,15}$/.exec(headers.get('content-length') ?? '')?.[0]
  const rest = upload.isWhole ? undefined : noteFailure(upload.stream())
  try {
    return await sender({
      ...sent,
      method,
      body: isEmpty(upload) ? undefined : (rest?.body ?? upload.beginning),
      ...(contentLength !== undefined && { contentLength: Number(contentLength) }),
    })
  } catch (error) {
    // The sender can report the end of its own connection instead.
    if (rest?.failure() instanceof ClientLeftError) throw rest.failure()
    if (sent.signal.aborted) throw unavailable('advertising_timed_out')
    throw unavailable(
      error instanceof UnusableResponseError ? 'advertising_answer_unusable' : 'advertising_unreachable',
    )
  }
}

/** A body, and why it couldn't be read to its end. */
function noteFailure(source: AsyncIterable<Uint8Array>) {
  let failure: unknown
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      failure = error
      throw error
    }
  }
  return { body: body(), failure: () => failure }
}

function unavailable(reason: string): Problem {
  return new Problem('advertising_unavailable', { retryAfterSeconds: 5, members: { reason } })
}

/** @throws Problem for a failed answer that breaks off before it can be read. */
async function readFailure(answered: UpstreamResponse): Promise<FailureText> {
  return decodeFailureText(answered, await readAnswer(answered.body, maxFaultBytes))
}

/** Forces one refresh for a token that Microsoft refuses; undefined if repeating the call wouldn't help. */
async function refreshAndPrepare(
  dependencies: PassThroughDependencies,
  name: TenantName,
  wanted: CallTarget,
  { refreshedAt, tenant }: PreparedCall,
  failure: FailureText,
  upload: PartlyReadBody,
): Promise<PreparedCall | undefined> {
  const { advertising, clock, config, accessTokens } = dependencies
  const fault = readCallFault(wanted.service, failure)
  const now = clock.now()
  const decision = decideRepeat({
    fault,
    refreshedAt,
    isRecentlyReplaced: isRecentlyReplaced(tenant.accessToken, now),
    canRepeat: upload.isWhole,
    now,
  })
  if (!decision.repeat) return undefined
  const replaced = await accessTokens.replace(name, refreshedAt)
  if (!replaced.ok) {
    if (decision.reason === 'token_expired') throw explainMissingToken(config, replaced, now)
    return undefined
  }
  const renewed = await prepareCall(dependencies, name, wanted)
  if (decision.reason === 'token_expired') return renewed
  // GetUser is what tells a refused developer token from a refused access token, and falls over to the next one.
  const identityProvider = tenant.grant?.identityProvider ?? 'microsoft'
  await advertising(tenant.environment).getUser({
    accessToken: replaced.accessToken,
    developerToken: developerTokenIn(renewed.headers),
    identityProvider,
  })
  return prepareCall(dependencies, name, wanted)
}

/** Microsoft's answer has priority: if storage is too slow or fails, it's passed through without an explanation. */
async function explainedResponse(
  dependencies: PassThroughDependencies,
  prepared: PreparedCall,
  wanted: CallTarget,
  url: URL,
  failure: FailureText,
): Promise<PassThroughResponse> {
  const fault = readCallFault(wanted.service, failure)
  dependencies.throttledCalls.record(prepared.tenant, wanted.service, fault)
  const diagnosis = await withTimeLimit(dependencies.clock, explainSeconds, 'explaining', async () => {
    const tokens = await findTokenEvidence(dependencies, prepared)
    // Without a reason, the account that the call names may be the cause, instead of the person.
    if (!(services[wanted.service].needsIds && isWithoutReason(fault))) {
      await recordAdvertisingResult(dependencies, prepared.tenant, { ...fault, tokens })
    }
    return explainFailure(dependencies, prepared, wanted, { url, tokens }, failure)
  }).catch(() => undefined)
  const { status, headers, body } = failure
  const { retryAfterSeconds } = diagnosis ?? fault
  return {
    status,
    headers: {
      ...toResponseHeaders(headers),
      ...(diagnosis && diagnosisHeader(diagnosis)),
      ...retryAfterHeader(retryAfterSeconds, headers),
    },
    body: ReadableStream.from(body.stream()),
  }
}

/** Doesn't wait unless Microsoft Advertising refused this person before. */
async function acceptedResponse(
  dependencies: PassThroughDependencies,
  { tenant, headers }: PreparedCall,
  answered: UpstreamResponse,
): Promise<PassThroughResponse> {
  const developerToken = developerTokenIn(headers)
  dependencies.developerTokenProofs.recordAccepted(tenant.environment, developerToken).catch(() => undefined)
  if (tenant.advertisingRefusal) await recordAdvertisingResult(dependencies, tenant, undefined)
  return toResponse(answered)
}

function toResponse({ status, headers, body }: UpstreamResponse): PassThroughResponse {
  const answer = { status, headers: toResponseHeaders(headers) }
  if (bodiless.includes(status)) {
    body.resume()
    return { ...answer, body: null }
  }
  const chunks = withEnd<Uint8Array>(body[Symbol.asyncIterator](), () => body.destroy())
  return { ...answer, body: ReadableStream.from(chunks) }
}
