import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { withBackpressure } from '../../shared/http/backpressure.ts'

/** An answer with the given state, and a source with one chunk per pull. */
function paced(state: { writableNeedDrain?: boolean; destroyed?: boolean } = {}, cancel = vi.fn()) {
  const answer = Object.assign(new EventEmitter(), { writableNeedDrain: false, destroyed: false, ...state })
  const pull = vi.fn((controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(1)))
  const source = new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 })
  return { answer, pull, cancel, body: withBackpressure(answer as unknown as ServerResponse, source) }
}

test('a body is read chunk by chunk, and only on demand', async () => {
  const { body, pull } = paced()
  await setImmediate()
  expect(pull).not.toHaveBeenCalled()
  await body.getReader().read()
  await setImmediate()
  expect(pull).toHaveBeenCalledTimes(1)
})

test('ending a body ends its source', async () => {
  const { body, cancel } = paced()
  await body.cancel('enough')
  expect(cancel).toHaveBeenCalledWith('enough')
})

test.each(['drain', 'close'])('a full answer is awaited until %s', async (event) => {
  const { answer, body, pull } = paced({ writableNeedDrain: true })
  const read = body.getReader().read()
  await setImmediate()
  expect(pull).not.toHaveBeenCalled()
  answer.emit(event)
  await read
  expect(answer.listenerCount('drain')).toBe(0)
})

test('an answer whose reader has already left is not awaited, and its source ends', async () => {
  const { body, cancel } = paced({ writableNeedDrain: true, destroyed: true })
  expect(await body.getReader().read()).toMatchObject({ done: true })
  expect(cancel).toHaveBeenCalled()
})

test('a source that fails to end when the reader leaves does not crash the process', async () => {
  const { answer, cancel } = paced({}, vi.fn().mockRejectedValue(new Error('reset')))
  answer.emit('close')
  // An unhandled rejection fails the run.
  await setImmediate()
  expect(cancel).toHaveBeenCalled()
})
