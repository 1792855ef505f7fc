import { ReadableStream } from 'node:stream/web'
import type { CustomerManagement } from '../advertising/client.ts'
import { isWithoutReason } from '../advertising/developerTokenProofs.ts'
import { services } from '../advertising/services.ts'
import { type Randomness, within } from '../clock.ts'
import type { DiagnosisDependencies } from '../diagnosis/context.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Environment } from '../environment.ts'
import { Problem } from '../problems.ts'
import { noteAdvertisingAnswer } from '../tenants/advertisingAnswer.ts'
import { explainNotObtained } from '../vend/explain.ts'
import { isRecentlyReplaced } from '../vend/recentlyReplaced.ts'
import { diagnosisHeader, explainFailure, retryAfterHeader } from './explain.ts'
import { type FailureText, failureTextOf, longestFaultBytes } from './failureText.ts'
import { toAnsweredHeaders, toSentHeaders } from './headers.ts'
import { type PrepareDependencies, type Prepared, prepare, type Wanted } from './prepare.ts'
import { type ReadAhead, readAhead } from './readAhead.ts'
import { decideRepeat, faultOf } from './repeat.ts'
import { type Answered, type Send, type SentCall, UnusableAnswerError } from './send.ts'
import { targetOf } from './target.ts'
import { type TokenDependencies, tokensOf } from './tokens.ts'

/** Dependencies of passing calls through. */
export interface PassThroughDependencies
  extends PrepareDependencies,
    DiagnosisDependencies,
    TokenDependencies {
  readonly advertising: (environment: Environment) => Pick<CustomerManagement, 'getUser'>
  readonly send: Send
  readonly tenants: TenantStore
  readonly randomness: Randomness
}

/** The app's call. */
export interface PassedCall extends Wanted {
  readonly method: string
  /** The path below the service, without a leading slash. */
  readonly path: string
  /** Includes the question mark; empty without a query. */
  readonly query: string
  readonly headers: Pick<Headers, 'get'>
  readonly body: AsyncIterable<Uint8Array> | null
}

/** Microsoft's answer: its status, its bytes, and its headers except hop-by-hop ones. */
export interface PassedAnswer {
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
 * @throws Problem if the call can't be made. Microsoft's answer is returned as it is, even a failure.
 */
export async function passThrough(
  dependencies: PassThroughDependencies,
  name: TenantName,
  call: PassedCall,
): Promise<PassedAnswer> {
  const signal = AbortSignal.timeout(answerSeconds * 1000)
  const prepared = await prepare(dependencies, name, call)
  const url = targetOf(prepared.baseUrl, call.path, call.query)
  const upload = await readUpload(call)
  const sendWith = (own: Prepared) =>
    send(dependencies.send, call, { url, signal, headers: toSentHeaders(call.headers, own.headers) }, upload)
  const first = await sendWith(prepared)
  if (first.status < 400) return accepted(dependencies, prepared, first)
  const failure = await readFailure(first)
  const renewed = await renew(dependencies, name, call, prepared, failure, upload).catch((error) => {
    first.body.destroy()
    throw error
  })
  if (!renewed) return explained(dependencies, prepared, call, url, failure)
  first.body.destroy()
  const second = await sendWith(renewed)
  if (second.status < 400) return accepted(dependencies, renewed, second)
  return explained(dependencies, renewed, call, url, await readFailure(second))
}

/** @throws Problem `invalid_request` for a body if the method gives it no meaning (RFC 9110, section 9.3). */
async function readUpload({ method, body }: PassedCall): Promise<ReadAhead> {
  const upload = await readAhead(body, repeatableBytes)
  if (!methodsWithoutBody.has(method) || isEmpty(upload)) return upload
  await upload.stream().return?.()
  const fault = `isn’t allowed with ${method}; Microsoft’s operations take a body with POST, PUT, or DELETE`
  throw new Problem('invalid_request', {
    detail: `body: ${fault}`,
    members: { errors: [{ in: 'body', field: '', fault }] },
  })
}

function isEmpty({ isWhole, beginning }: ReadAhead): boolean {
  return isWhole && beginning.byteLength === 0
}

async function send(
  sender: Send,
  { method, headers }: PassedCall,
  sent: Pick<SentCall, 'url' | 'headers' | 'signal'>,
  upload: ReadAhead,
): Promise<Answered> {
  const contentLength = /^\d{1,15}$/.exec(headers.get('content-length') ?? '')?.[0]
  try {
    return await sender({
      ...sent,
      method,
      body: isEmpty(upload) ? undefined : upload.isWhole ? upload.beginning : upload.stream(),
      ...(contentLength !== undefined && { contentLength: Number(contentLength) }),
    })
  } catch (error) {
    if (sent.signal.aborted) throw unavailable('advertising_timed_out')
    throw unavailable(
      error instanceof UnusableAnswerError ? 'advertising_answer_unusable' : 'advertising_unreachable',
    )
  }
}

function unavailable(reason: string): Problem {
  return new Problem('advertising_unavailable', { retryAfterSeconds: 5, members: { reason } })
}

/** @throws Problem for a failed answer that breaks off before it can be read. */
async function readFailure(answered: Answered): Promise<FailureText> {
  const body = await readAhead(answered.body, longestFaultBytes).catch(() => {
    throw unavailable('advertising_answer_unusable')
  })
  return failureTextOf(answered, body)
}

/** Forces one refresh for a token that Microsoft refuses; undefined if repeating the call wouldn't help. */
async function renew(
  dependencies: PassThroughDependencies,
  name: TenantName,
  wanted: Wanted,
  { refreshedAt, tenant }: Prepared,
  failure: FailureText,
  upload: ReadAhead,
): Promise<Prepared | undefined> {
  const { advertising, clock, config, accessTokens } = dependencies
  const fault = faultOf(wanted.service, failure)
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
    if (decision.reason === 'token_expired') throw explainNotObtained(config, replaced, now)
    return undefined
  }
  const renewed = await prepare(dependencies, name, wanted)
  if (decision.reason === 'token_expired') return renewed
  // GetUser tells a refused developer token from a refused access token, and switches to the next developer token.
  const { DeveloperToken: developerToken = '' } = renewed.headers
  const identityProvider = tenant.grant?.identityProvider ?? 'microsoft'
  await advertising(tenant.environment).getUser({
    accessToken: replaced.accessToken,
    developerToken,
    identityProvider,
  })
  return prepare(dependencies, name, wanted)
}

/** Microsoft's answer has priority: if storage is too slow or fails, it's passed through without an explanation. */
async function explained(
  dependencies: PassThroughDependencies,
  prepared: Prepared,
  wanted: Wanted,
  url: URL,
  failure: FailureText,
): Promise<PassedAnswer> {
  const fault = faultOf(wanted.service, failure)
  const diagnosis = await within(dependencies.clock, explainSeconds, 'explaining', async () => {
    const tokens = await tokensOf(dependencies, prepared)
    // Without a reason, the account that the call names may be the cause, instead of the person.
    if (!(services[wanted.service].needsIds && isWithoutReason(fault))) {
      await noteAdvertisingAnswer(dependencies, prepared.tenant, { ...fault, tokens })
    }
    return explainFailure(dependencies, prepared, wanted, { url, tokens }, failure)
  }).catch(() => undefined)
  const { status, headers, body } = failure
  const { retryAfterSeconds } = diagnosis ?? fault
  return {
    status,
    headers: {
      ...toAnsweredHeaders(headers),
      ...(diagnosis && diagnosisHeader(diagnosis)),
      ...retryAfterHeader(retryAfterSeconds, headers),
    },
    body: ReadableStream.from(body.stream()),
  }
}

/** Doesn't wait unless Microsoft Advertising refused this person before. */
async function accepted(
  dependencies: PassThroughDependencies,
  { tenant, headers }: Prepared,
  answered: Answered,
): Promise<PassedAnswer> {
  const { DeveloperToken: developerToken = '' } = headers
  dependencies.developerTokenProofs.noteAccepted(tenant.environment, developerToken).catch(() => undefined)
  if (tenant.advertisingRefusal) await noteAdvertisingAnswer(dependencies, tenant, undefined)
  return toAnswer(answered)
}

function toAnswer({ status, headers, body }: Answered): PassedAnswer {
  if (bodiless.includes(status)) body.resume()
  return {
    status,
    headers: toAnsweredHeaders(headers),
    body: bodiless.includes(status) ? null : ReadableStream.from<Uint8Array>(body),
  }
}
