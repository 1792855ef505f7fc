import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type PassThrough, Transform } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { BodyTooLargeError, traceOf } from './httpBuffered.ts'
import type { TriggerEvent } from './invocation.ts'
import type { TypedData } from './rpc.ts'

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
    prepareResult: (result) => paceResult(result, response),
  }
  const forwarded = limitBody(request, maxBytes)
  Object.assign(forwarded.headers, {
    'x-ms-invocation-id': invocationId,
    'x-forwarded-host': request.headers.host ?? '127.0.0.1',
    'x-forwarded-proto': 'http',
  })
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

/**
 * Gives a streamed answer back-pressure: the library writes every chunk without waiting for the socket, so a fast
 * source and a slow client would fill the memory. A client that leaves cancels the app's stream.
 */
function paceResult(result: unknown, response: ServerResponse): unknown {
  const body = (result as { body?: unknown } | null | undefined)?.body
  if (!(body instanceof ReadableStream)) return result
  const paced = pace(body, response)
  const isInit = Object.getPrototypeOf(result) === Object.prototype
  return isInit
    ? { ...(result as object), body: paced }
    : Object.defineProperty(result, 'body', { value: paced })
}

function pace(body: ReadableStream, response: ServerResponse): ReadableStream {
  const reader = body.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        if (response.writableNeedDrain) await drained(response)
        if (response.destroyed) {
          await reader.cancel()
          throw new Error('The client went away before the answer was complete.')
        }
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
    if (response.destroyed) settle()
  })
}
