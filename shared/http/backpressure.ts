import type { ServerResponse } from 'node:http'

/**
 * Pauses a body while its reader is slow, and ends it when the reader leaves, or has left already: the library writes
 * every chunk without waiting (`sendProxyResponse`), so a fast source would fill the memory.
 */
export function withBackpressure(
  response: ServerResponse,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const end = () => void reader.cancel().catch(() => undefined)
  if (response.destroyed) end()
  else response.once('close', end)
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
