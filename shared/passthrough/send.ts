import http from 'node:http'
import https from 'node:https'
import { pipeline, Readable } from 'node:stream'
import { traceOutgoing } from '../telemetry/outgoing.ts'

/** One call to Microsoft Advertising. */
export interface UpstreamCall {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where the method has none, bytes that can be sent again, or a stream that cannot. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | undefined
  /** Of a streamed body, where the caller told. */
  readonly contentLength?: number
  /** Ends the call until the answer's headers are there. */
  readonly signal: AbortSignal
}

/** Its answer: never decompressed, never redirected. */
export interface UpstreamResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Readable
}

/** An answer with a status that cannot be passed on: 101, or outside 200 to 599. */
export class UnusableResponseError extends Error {
  constructor(status: number | undefined) {
    super(`Microsoft Advertising answered with status ${status}.`)
    this.name = 'UnusableResponseError'
  }
}

/** Sends a call. @throws Error of the network, UnusableResponseError, or whatever `signal` was aborted with. */
export type SendUpstream = (call: UpstreamCall) => Promise<UpstreamResponse>

/** A server that says nothing for so long in the middle of a body is given up. */
const silenceSeconds = 120

/** Idle connections go sooner than any server closes them, so that no call is written into a closing one. */
const idleSeconds = 4

/**
 * Creates the sender, with connections kept for the next call. Node's own client rather than `fetch`: it hands
 * bodies on as they are, compressed ones too, and follows no redirect.
 */
export function createUpstreamSender(): SendUpstream {
  const options = { keepAlive: true, timeout: idleSeconds * 1000, maxFreeSockets: 64 }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  return (call) =>
    traceOutgoing(call, (traceHeaders) => {
      const isPlain = call.url.protocol === 'http:'
      const request = (isPlain ? http : https).request(call.url, {
        method: call.method,
        headers: { ...call.headers, ...traceHeaders, ...framingOf(call) },
        agent: agents[isPlain ? 'http:' : 'https:'],
      })
      return exchange(request, call)
    })
}

function exchange(request: http.ClientRequest, call: UpstreamCall): Promise<UpstreamResponse> {
  const { body, signal } = call
  return new Promise((resolve, reject) => {
    const abort = () => request.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort)
    const fail = (error: Error) => {
      signal.removeEventListener('abort', abort)
      reject(error)
    }
    request.once('response', (response) => {
      signal.removeEventListener('abort', abort)
      if (isForwardableStatus(response.statusCode)) return resolve(toUpstreamResponse(response))
      response.destroy()
      fail(new UnusableResponseError(response.statusCode))
    })
    // For a 101 Node emits neither `response` nor `error`.
    request.once('upgrade', (response, socket) => {
      socket.destroy()
      fail(new UnusableResponseError(response.statusCode))
    })
    // Not `once`: an upload that continues after the answer may still fail, and nothing awaits it then.
    request.on('error', fail)
    if (signal.aborted) abort()
    else if (body === undefined || body instanceof Uint8Array) request.end(body)
    else pipeline(Readable.from(exactly(body, call.contentLength), { objectMode: false }), request, () => {})
  })
}

/** A body that is not as long as it says would begin another call on the connection, or swallow the next one's. */
async function* exactly(
  body: AsyncIterable<Uint8Array>,
  contentLength = Number.NaN,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > contentLength) throw new Error('The body is longer than its Content-Length.')
    yield chunk
  }
  if (bytes < contentLength) throw new Error('The body is shorter than its Content-Length.')
}

/** Statuses that an answer of ours can have (Fetch, "Response constructor"); no others are Microsoft's. */
function isForwardableStatus(status = 0): boolean {
  return status >= 200 && status <= 599
}

function toUpstreamResponse(response: http.IncomingMessage): UpstreamResponse {
  const headers = new Headers()
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  response.setTimeout(silenceSeconds * 1000, () =>
    response.destroy(new Error('Microsoft Advertising stopped responding in the middle of its answer.')),
  )
  return { status: response.statusCode ?? 0, headers, body: response }
}

/**
 * How the receiver knows where the body ends (RFC 9112, section 6). Said for every method: Node's own default leaves
 * it out of all but POST, PUT and PATCH, and the body would be read as further calls of whichever caller shares the connection.
 */
function framingOf({ body, contentLength }: UpstreamCall): Record<string, string> {
  if (body === undefined) return {}
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) }
  return contentLength === undefined
    ? { 'transfer-encoding': 'chunked' }
    : { 'content-length': String(contentLength) }
}
