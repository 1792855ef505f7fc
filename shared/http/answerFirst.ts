import type { HttpResponseInit } from '@azure/functions'
import type { ReceivedRequest } from './receiveRequest.ts'

/** The most bytes of a refused body that are discarded, and for how long. */
const maxDiscardedBytes = 8_388_608
const maxDiscardedMilliseconds = 1000

/**
 * Sends a refusal at once, whole, and reads the unread rest of the request's body behind it, because a connection that
 * closes while a client is still sending can take the answer with it (RFC 9112, section 9.6). What hasn't arrived after
 * a second is cut off. Azure's forwarder reads the answer only once it has sent the whole request (.NET's
 * `HttpConnection.SendAsync`), so there a client that stalls gets the host's 500, but no invocation waits for it.
 */
export function answerFirst({ body }: ReceivedRequest, response: HttpResponseInit): HttpResponseInit {
  if (!body || body.locked || typeof response.body !== 'string') return response
  const reader = body.getReader()
  const bytes = new TextEncoder().encode(response.body)
  const answer = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(bytes),
      async pull(controller) {
        await discard(reader)
        controller.close()
        // After the answer's end: this can close the connection.
        setImmediate(() => void reader.cancel().catch(() => undefined))
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { ...(response.headers as Record<string, string>), 'Content-Length': String(bytes.length) }
  return { ...response, headers, body: answer }
}

async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, maxDiscardedMilliseconds, true)
  })
  // If it fails, the client has left.
  const readNext = () => reader.read().catch(() => ({ done: true, value: undefined }) as const)
  for (let left = maxDiscardedBytes; left > 0; ) {
    const next = await Promise.race([timeout, readNext()])
    if (next === true || next.done) break
    left -= next.value.byteLength
  }
  clearTimeout(timer)
}
