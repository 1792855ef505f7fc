import { channel } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type PassThrough, Transform } from 'node:stream'
import { BodyTooLargeError, traceOf } from './httpBuffered.ts'
import type { TriggerEvent } from './invocation.ts'
import type { TypedData } from './rpc.ts'

/** What a server publishes of each request that it takes (Node's diagnostics_channel). */
const requestStart = channel('http.server.request.start')

/**
 * Hands a request to the library's own listener and returns the event that goes with it.
 * The library reads method, path and body from the request, headers and route parameters from the event's metadata,
 * and pairs the two by `x-ms-invocation-id` (`@azure/functions` `src/http/httpProxy.ts`).
 */
export function handOver(
  listener: Server,
  request: IncomingMessage,
  response: ServerResponse,
  params: Record<string, string>,
  options: { readonly invocationId: string; readonly maxBytes: number },
): TriggerEvent {
  const { invocationId, maxBytes } = options
  const event: TriggerEvent = {
    invocationId,
    data: { http: {} },
    metadata: toMetadata(request, params),
    ...traceOf(request),
  }
  const forwarded = limitBody(request, maxBytes)
  Object.assign(forwarded.headers, {
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': request.headers.host ?? '127.0.0.1',
    'x-forwarded-proto': 'http',
  })
  requestStart.publish({ request: forwarded, response, socket: request.socket, server: listener })
  listener.emit('request', forwarded, response)
  return event
}

function toMetadata(request: IncomingMessage, params: Record<string, string>): Record<string, TypedData> {
  const metadata: Record<string, TypedData> = {}
  for (const name in params) metadata[name] = { string: params[name]! }
  metadata.Headers = { json: JSON.stringify(request.headers) }
  return metadata
}

/** A body that says its length was checked before; one that does not is counted as it passes. */
function limitBody(request: IncomingMessage, maxBytes: number): IncomingMessage {
  if (request.headers['transfer-encoding'] === undefined) return request
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > maxBytes ? new BodyTooLargeError() : null, chunk)
    },
  })
  request.once('error', (error) => counted.destroy(error))
  request.once('aborted', () => counted.destroy(new Error('The client went away.')))
  const { url, method, headers } = request
  return Object.assign(request.pipe(counted) as PassThrough, { url, method, headers }) as never
}
