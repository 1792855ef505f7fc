import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { createDeadline, systemClock, TimeLimitError, withTimeLimit } from '../../shared/clock.ts'
import { createVirtualClock } from './virtualClock.ts'

test('work that throws before its first await fails the step and leaves no rejection behind', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const work = () => {
    throw new TypeError('no reference')
  }
  await expect(withTimeLimit(systemClock, 60, 'reading', work)).rejects.toThrow('no reference')
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test('a step that exceeds its limit ends with that error', async () => {
  const clock = { now: () => new Date(0), sleep: async () => undefined }
  const never = () => new Promise<void>(() => undefined)
  await expect(withTimeLimit(clock, 5, 'reading', never)).rejects.toBeInstanceOf(TimeLimitError)
})

test('a step that starts at the deadline is not begun, and its error says that no time was left', async () => {
  const clock = createVirtualClock()
  let begun = 0
  const step = createDeadline(clock, clock.now()).step('reading', async () => void begun++)
  await expect(step).rejects.toThrow('no time was left for reading')
  expect(begun).toBe(0)
})

test('a step that succeeds ends its sleep and builds no error for it', async () => {
  const given: AbortSignal[] = []
  const clock = createVirtualClock()
  const sleep: typeof clock.sleep = (milliseconds, signal) => {
    if (signal) given.push(signal)
    return clock.sleep(milliseconds, signal)
  }
  expect(await withTimeLimit({ ...clock, sleep }, 60, 'reading', async () => 'row')).toBe('row')
  expect(given.map(({ aborted, reason }) => [aborted, reason instanceof Error])).toEqual([[true, false]])
})

test('a sleep of the machine’s clock resolves when its signal aborts, and leaves no timer and no listener', async () => {
  vi.useFakeTimers()
  const end = new AbortController()
  const asleep = systemClock.sleep(60_000, end.signal)
  end.abort('done')
  await asleep
  await systemClock.sleep(60_000, end.signal)
  expect(vi.getTimerCount()).toBe(0)
  expect(getEventListeners(end.signal, 'abort')).toEqual([])
  const second = new AbortController()
  const whole = systemClock.sleep(60_000, second.signal)
  vi.advanceTimersByTime(60_000)
  await whole
  expect(getEventListeners(second.signal, 'abort')).toEqual([])
  vi.useRealTimers()
})
