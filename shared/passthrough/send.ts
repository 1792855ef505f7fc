import http from 'node:http'
import https from 'node:https'
import { pipeline, Readable } from 'node:stream'
import { traceOutgoing } from '../telemetry/outgoing.ts'

/** One call to Microsoft Advertising. */
export interface SentCall {
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
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Readable
}

/** Sends a call. @throws Error of the network, or whatever `signal` was aborted with. */
export type Send = (call: SentCall) => Promise<Answered>

/** A server that says nothing for so long in the middle of a body is given up. */
const silenceSeconds = 120

/** Idle connections go sooner than any server closes them, so that no call is written into a closing one. */
const idleSeconds = 4

/**
 * Creates the sender, with connections kept for the next call. Node's own client rather than `fetch`: it hands
 * bodies on as they are, compressed ones too, and follows no redirect.
 */
export function createSend(): Send {
  const options = { keepAlive: true, timeout: idleSeconds * 1000, maxFreeSockets: 64 }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  return (call) =>
    traceOutgoing(call, (traceHeaders) => {
      const isPlain = call.url.protocol === 'http:'
      const request = (isPlain ? http : https).request(call.url, {
        method: call.method,
        headers: { ...call.headers, ...traceHeaders, ...lengthOf(call) },
        agent: agents[isPlain ? 'http:' : 'https:'],
      })
      return exchange(request, call)
    })
}

function exchange(request: http.ClientRequest, { body, signal }: SentCall): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const abort = () => request.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort)
    request.once('response', (response) => {
      signal.removeEventListener('abort', abort)
      resolve(toAnswered(response))
    })
    // Not `once`: an upload that goes on after the answer may still fail, and nobody waits for it then.
    request.on('error', (error) => {
      signal.removeEventListener('abort', abort)
      reject(error)
    })
    if (signal.aborted) abort()
    else if (body === undefined || body instanceof Uint8Array) request.end(body)
    else pipeline(Readable.from(body, { objectMode: false }), request, () => {})
  })
}

function toAnswered(response: http.IncomingMessage): Answered {
  const headers = new Headers()
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  response.setTimeout(silenceSeconds * 1000, () =>
    response.destroy(new Error('Microsoft Advertising fell silent in the middle of its answer.')),
  )
  return { status: response.statusCode ?? 502, headers, body: response }
}

function lengthOf({ body, contentLength }: SentCall): Record<string, string> {
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) }
  return body !== undefined && contentLength !== undefined ? { 'content-length': String(contentLength) } : {}
}
