import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { withBackpressure } from '../../shared/http/backpressure.ts'

const chunkBytes = 65_536
const maxHeldBytes = 64 * 1_048_576

let close = () => {}

afterEach(() => close())

/** More than any buffer holds; reports how much was read and whether it was ended. */
function openSource(size = 4 * maxHeldBytes) {
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const source = { taken: 0, ended }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (source.taken >= size) return controller.close()
      source.taken += chunkBytes
      controller.enqueue(new Uint8Array(chunkBytes))
    },
    cancel: () => end(),
  })
  return Object.assign(source, { body })
}

/** A separate server that writes without waiting, like the Functions library's. */
async function answerWith(body: ReadableStream<Uint8Array>) {
  let serving: ServerResponse | undefined
  const server = createServer(async (_request, response) => {
    serving = response
    for await (const chunk of withBackpressure(response, body)) response.write(chunk)
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  close = () => void server.close().closeAllConnections()
  const { port } = server.address() as AddressInfo
  const [answer] = (await once(request({ port, path: '/', agent: false }).end(), 'response')) as [
    IncomingMessage,
  ]
  return { answer, isFull: () => serving?.writableNeedDrain === true }
}

test('a reader that pauses also pauses the source, and gets everything when it continues', async () => {
  const source = openSource()
  const { answer, isFull } = await answerWith(source.body)
  while (!isFull()) await setImmediate()
  for (let turn = 0; turn < 1000; turn++) await setImmediate()
  expect(source.taken).toBeLessThan(maxHeldBytes)
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.byteLength
  expect(bytes).toBe(4 * maxHeldBytes)
})

test('a reader that leaves ends the source', async () => {
  const source = openSource()
  const { answer, isFull } = await answerWith(source.body)
  while (!isFull()) await setImmediate()
  answer.destroy()
  await source.ended
  expect(source.taken).toBeLessThan(maxHeldBytes)
})
