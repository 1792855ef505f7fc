import type { SharedClock } from '../../shared/clock.ts'

interface Sleeper {
  readonly at: number
  wake(): void
}

/** A clock whose time passes only while work is sleeping. */
export interface VirtualClock extends SharedClock {
  /** Seconds since its start. */
  passed(): number
  advance(seconds: number): void
  /** Runs work until it settles: when nothing else can happen, the first sleeper wakes. */
  run<T>(work: T | Promise<T>): Promise<T>
}

/** Turns of the event loop that work without a sleeper may take. */
const maxTurns = 10_000

/** Creates a clock that starts at `start`. */
export function createVirtualClock(start = new Date('2026-11-23T16:00:00Z')): VirtualClock {
  let time = start.getTime()
  const sleepers = new Set<Sleeper>()
  const wakeFirst = () => {
    const [first] = [...sleepers].sort((a, b) => a.at - b.at)
    if (!first) throw new Error('all work waits, and nothing sleeps')
    sleepers.delete(first)
    time = Math.max(time, first.at)
    first.wake()
  }
  return {
    now: () => new Date(time),
    storageNow: () => new Date(time),
    passed: () => (time - start.getTime()) / 1000,
    advance: (seconds) => {
      time += seconds * 1000
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const sleeper = { at: time + milliseconds, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          resolve()
        })
      }),
    async run(work) {
      let settled = false
      const end = () => {
        settled = true
      }
      Promise.resolve(work).then(end, end)
      for (let turns = 0; ; turns++) {
        // An immediate runs only when no microtask is left.
        await new Promise((resolve) => setImmediate(resolve))
        if (settled) return work
        // Without sleepers, the work waits for a thread, as of a hash, or for immediates of its own.
        if (sleepers.size === 0 && turns < maxTurns) continue
        wakeFirst()
        turns = 0
      }
    },
  }
}
