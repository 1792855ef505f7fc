import type { ServerResponse } from 'node:http'
import { exchangeOf } from './exchanges.ts'

/**
 * Pauses a body while its reader is slow, and ends it when the reader leaves: the library writes every chunk
 * without waiting (`sendProxyResponse`), so a fast source would fill the memory. Without HTTP streaming, the
 * library reads the whole body first, so there is nothing to wait for.
 */
export function paced(invocationId: string, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const answer = exchangeOf(invocationId)?.response
  return answer ? pacedTo(answer, body) : body
}

/** Paces a body for one answer. */
export function pacedTo(
  answer: ServerResponse,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
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

/** Resolves when there is room again or the reader has left. */
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
