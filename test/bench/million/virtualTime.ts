import type { SharedClock } from '../../../shared/clock.ts'
import { createScheduler } from '../../simulation/scheduler.ts'

/** Time that passes only while all work is waiting. */
export interface VirtualTime {
  readonly clock: SharedClock
  /** Milliseconds since the epoch of the virtual world. */
  now(): number
  wait(milliseconds: number): Promise<void>
  /** Lets time pass until `work` has ended; the process's own `setTimeout` follows this time in the meantime. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Creates virtual time on the simulator's scheduler. The waits of libraries without a clock parameter (cockatiel
 * between the attempts on a throttled vault) are virtual too, so the real retry policy runs.
 */
export function createVirtualTime(): VirtualTime {
  const scheduler = createScheduler()
  const wait = (milliseconds: number) =>
    new Promise<void>((resolve) => scheduler.after(milliseconds, resolve))
  return {
    clock: {
      now: () => new Date(scheduler.now()),
      storageNow: () => new Date(scheduler.now()),
      sleep: (milliseconds, signal) =>
        new Promise((resolve) => {
          const callOff = scheduler.after(milliseconds, resolve)
          signal?.addEventListener('abort', callOff, { once: true })
        }),
    },
    now: () => scheduler.now(),
    wait,
    async run(work) {
      const real = globalThis.setTimeout
      const virtual = (callback: () => void, milliseconds = 0) => scheduler.after(milliseconds, callback)
      globalThis.setTimeout = virtual as unknown as typeof setTimeout
      try {
        let isDone = false
        const working = work().finally(() => {
          isDone = true
        })
        working.catch(() => undefined)
        while (!isDone && (await scheduler.step()));
        return await working
      } finally {
        globalThis.setTimeout = real
      }
    },
  }
}
