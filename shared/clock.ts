import { randomBytes } from 'node:crypto'
import { setTimeout as timer } from 'node:timers/promises'

/** Time as the use cases see it, so that the simulator can supply its own. */
export interface Clock {
  now(): Date
  /** Resolves after that many milliseconds; rejects at once when `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => timer(milliseconds, undefined, signal && { signal }),
}

/** Chance as the use cases see it. */
export interface Randomness {
  /** A number in [0, 1). */
  fraction(): number
  /** 128 random bits in hexadecimal: safe in keys, names and URLs. */
  identifier(): string
}

/** The machine's own chance; identifiers are cryptographically random. */
export const systemRandomness: Randomness = {
  fraction: Math.random,
  identifier: () => randomBytes(16).toString('hex'),
}

/** A step took longer than it may. */
export class TimeLimitError extends Error {
  constructor(step: string, seconds: number) {
    super(`${step} took longer than ${seconds} s`)
    this.name = 'TimeLimitError'
  }
}

/**
 * Gives a step a time limit. The step itself may still take effect after it: callers treat a
 * {@link TimeLimitError} as "unknown", never as "not done".
 */
export async function withTimeLimit<T>(
  clock: Clock,
  seconds: number,
  step: string,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  // Work that throws at once has thrown before there is anything that could reject later.
  const started = work()
  const expiry = clock.sleep(seconds * 1000, done.signal).then(() => {
    throw new TimeLimitError(step, seconds)
  })
  try {
    return await Promise.race([started, expiry])
  } finally {
    done.abort()
  }
}

/** When an attempt must end. The caller passes it down, and all steps of the attempt share it. */
export interface Deadline {
  /** Seconds that are left; negative when it is past. */
  left(): number
  /**
   * Runs a step for as long as is left, and no longer than `maxSeconds`. Without time left it is not begun.
   * @throws TimeLimitError. The step may still take effect.
   */
  step<T>(name: string, work: () => Promise<T>, maxSeconds?: number): Promise<T>
}

/** Creates the deadline of an attempt that must end at `until`. */
export function createDeadline(clock: Clock, until: Date): Deadline {
  const left = () => (until.getTime() - clock.now().getTime()) / 1000
  return {
    left,
    async step(name, work, maxSeconds = Number.POSITIVE_INFINITY) {
      const seconds = Math.min(maxSeconds, left())
      if (seconds <= 0) throw new TimeLimitError(name, 0)
      return withTimeLimit(clock, seconds, name, work)
    },
  }
}

/**
 * Gives work a signal that aborts with a `TimeoutError` after a number of seconds. Once the work has ended nothing is left
 * of it: what `AbortSignal.timeout` and its listeners hold lives on until the time is over, answers and all, and that
 * is megabytes where there are hundreds of calls a second.
 */
export async function withSignal<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController()
  const timeout = () => end.abort(new DOMException('The time for it is over.', 'TimeoutError'))
  const timer = setTimeout(timeout, seconds * 1000)
  try {
    return await work(end.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** A time `seconds` after `from`. */
export function addSeconds(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000)
}

/** Whole seconds from `now` until `then`, rounded down; negative when it is past. */
export function secondsUntil(then: Date, now: Date): number {
  return Math.floor((then.getTime() - now.getTime()) / 1000)
}
