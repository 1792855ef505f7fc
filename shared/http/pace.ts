import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What Node publishes of each request that a server of this process takes. */
interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Answers of the pass-through on their way, by invocation: no other streams. */
const answers = new Map<string, ServerResponse>()

// The library's server keeps the answer to itself (`@azure/functions` `src/http/httpProxy.ts`); Node tells of it
// (diagnostics_channel, "http.server.request.start").
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as RequestStart
  const invocationId = request.headers['x-ms-invocation-id']
  if (typeof invocationId !== 'string' || !request.url?.includes('/ads/')) return
  answers.set(invocationId, response)
  response.once('close', () => answers.delete(invocationId))
})

/**
 * Holds a body back while its reader is slow, and ends it when the reader leaves: the library writes every chunk
 * without waiting (`sendProxyResponse`), so that a fast source would fill the memory. Without HTTP streaming the
 * library takes the whole body at once, and there is nothing to wait for.
 */
export function paced(invocationId: string, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const answer = answers.get(invocationId)
  if (!answer) return body
  const reader = body.getReader()
  answer.once('close', () => void reader.cancel().catch(() => undefined))
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (answer.writableNeedDrain) await drained(answer)
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Until there is room again, or nobody who reads. */
function drained(answer: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      answer.off('drain', settle).off('close', settle)
      resolve()
    }
    answer.on('drain', settle).on('close', settle)
    if (answer.destroyed) settle()
  })
}
