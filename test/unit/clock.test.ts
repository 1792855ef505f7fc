import { expect, test } from 'vitest'
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
