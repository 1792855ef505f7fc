import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Readable, Transform } from 'node:stream'
import { BodyTooLargeError } from './httpBuffered.ts'

/** The channel on which a server publishes each accepted request (Node's diagnostics_channel). */
const requestStart = channel('http.server.request.start')

/** A request on its way to the app. */
export interface Handover {
  readonly listener: Server
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Path and query as the forwarder writes them. */
  readonly url: string
  /** A body that the host has already read. */
  readonly body: Buffer | undefined
  readonly invocationId: string
  readonly maxBytes: number
  /** Called immediately when a chunked body exceeds the limit. */
  onTooLarge(): void
}

/**
 * Passes a request to the library's own listener, in the form in which the host forwards it.
 * The library reads method, URL, and body from the request, headers and route parameters from the invocation's
 * metadata, and matches the two by `x-ms-invocation-id` (`@azure/functions` `src/http/httpProxy.ts`), which the host adds
 * (azure-functions-host `DefaultHttpProxyService`).
 */
export function handOver(handover: Handover): void {
  const { listener, request, response, url, invocationId } = handover
  const forwarded = toForwarded(handover)
  Object.assign(forwarded, { url })
  const added = {
    'x-forwarded-host': request.headers.host ?? '127.0.0.1',
    'x-forwarded-proto': 'http',
    // `TryAdd`: a caller's own id is kept, and the invocation waits for a request with a different one.
    'x-ms-invocation-id': request.headers['x-ms-invocation-id'] ?? invocationId,
  }
  Object.assign(forwarded.headers, added)
  requestStart.publish({ request: forwarded, response, socket: request.socket, server: listener })
  listener.emit('request', forwarded, response)
}

function toForwarded(handover: Handover): IncomingMessage {
  const { request, body } = handover
  const isChunked = request.headers['transfer-encoding'] !== undefined
  if (!body && !isChunked) return request
  const stream = body ? Readable.from([body], { objectMode: false }) : limitBody(handover)
  const { method, headers, headersDistinct, rawHeaders, httpVersion, socket } = request
  const head = { method, headers, headersDistinct, rawHeaders, httpVersion, socket }
  return Object.assign(stream, head) as unknown as IncomingMessage
}

/** Passes a chunked body on; it fails like a socket if the client leaves or the limit is exceeded. */
function limitBody({ request, maxBytes, onTooLarge }: Handover): Transform {
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        onTooLarge()
        done(new BodyTooLargeError())
      } else done(null, chunk)
    },
  })
  const abort = () => void counted.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
  request.once('error', abort).once('aborted', abort)
  // An app that doesn't read the body doesn't notice its end either.
  counted.on('error', () => request.unpipe(counted).resume())
  return request.pipe(counted)
}
