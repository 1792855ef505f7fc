import { expect, test } from 'vitest'
import { createGate } from '../../local/host/gate.ts'

/** Work that ends on command, and a count of running work. */
function createWork() {
  const ends: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => void ends.push(resolve))
  return { work, started: () => ends.length, end: (index: number) => ends[index]!() }
}

test('no more than maxConcurrentRequests run concurrently; the next starts when one ends', async () => {
  const gate = createGate({ maxConcurrentRequests: 2, maxOutstandingRequests: -1 })
  const { work, started, end } = createWork()
  for (let request = 0; request < 3; request += 1) void gate.run(work)
  expect(started()).toBe(2)
  end(0)
  await expect.poll(started).toBe(3)
})

test('beyond maxOutstandingRequests a request is refused until another has ended', async () => {
  const gate = createGate({ maxConcurrentRequests: 1, maxOutstandingRequests: 2 })
  const { work, started, end } = createWork()
  const first = gate.run(work)
  void gate.run(work)
  expect(gate.run(work)).toBeUndefined()
  end(0)
  await first
  await expect.poll(started).toBe(2)
  expect(gate.run(work)).toBeDefined()
})

test('failed work passes its slot on', async () => {
  const gate = createGate({ maxConcurrentRequests: 1, maxOutstandingRequests: -1 })
  const failing = gate.run(() => Promise.reject(new Error('on purpose')))
  const next = gate.run(() => Promise.resolve('done'))
  await expect(failing).rejects.toThrow('on purpose')
  expect(await next).toBe('done')
})
