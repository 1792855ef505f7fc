/**
 * A text as a stream that is whole from the beginning. Node makes a byte stream of a text, whose reader waits for each
 * of its steps: a vend of 180 µs of processor time would take 12 more (`npm run bench -- warm-vend`).
 */
export function toOneChunk(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(text))
      controller.close()
    },
  })
}
