import type { ServerResponse } from 'node:http'
import { findExchange } from './exchanges.ts'

/**
 * Pauses a body while its reader is slow, and ends it when the reader leaves: the library writes every chunk
 * without waiting (`sendProxyResponse`), so a fast source would fill the memory. Without HTTP streaming, the
 * library reads the whole body first, so there is nothing to wait for.
 */
export function withBackpressure(
  invocationId: string,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const response = findExchange(invocationId)?.response
  return response ? withBackpressureTo(response, body) : body
}

/** Paces a body for one answer. */
export function withBackpressureTo(
  response: ServerResponse,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  response.once('close', () => void reader.cancel().catch(() => undefined))
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (response.writableNeedDrain) await drained(response)
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/** Resolves when there is room again or the reader has left. */
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
