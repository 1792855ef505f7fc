import { randomBytes } from 'node:crypto'

/** The time for use cases; the simulator supplies its own. */
export interface Clock {
  now(): Date
  /** Resolves after this many milliseconds, or immediately when `signal` aborts; the signal says which. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** A clock that also knows what storage's clock says, which all processes share. */
export interface SharedClock extends Clock {
  /**
   * Storage's time, as of its last answer and the time since; never later than storage's own. Decides alone whether
   * something is deleted because it expired: a process whose clock is wrong would delete what others still need.
   * Undefined before storage's first answer; then nothing has expired.
   */
  storageNow(): Date | undefined
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      signal?.addEventListener('abort', end)
    }),
}

/** The randomness for use cases; the simulator supplies its own. */
export interface Randomness {
  /** A number in [0, 1). */
  fraction(): number
  /** 128 random bits in hexadecimal: safe in keys, names and URLs. */
  identifier(): string
}

/** The machine's own randomness; identifiers are cryptographically random. */
export const systemRandomness: Randomness = {
  fraction: Math.random,
  identifier: () => randomBytes(16).toString('hex'),
}

/** A step exceeded its time limit, or had none left to begin with. */
export class TimeLimitError extends Error {
  constructor(step: string, seconds: number) {
    super(seconds > 0 ? `${step} took longer than ${seconds} s` : `no time was left for ${step}`)
    this.name = 'TimeLimitError'
  }
}

const over = Symbol('over')

/**
 * Runs a step with a time limit. The step may still take effect afterwards: callers treat a
 * {@link TimeLimitError} as "unknown", never as "not done".
 */
export async function withTimeLimit<T>(
  clock: Clock,
  seconds: number,
  step: string,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  // Started before the timer, so that if the work throws synchronously, no pending promise can reject later.
  const started = work()
  const expiry = clock.sleep(seconds * 1000, done.signal).then((): typeof over => over)
  try {
    const first = await Promise.race([started, expiry])
    if (first === over) throw new TimeLimitError(step, seconds)
    return first
  } finally {
    // Without a reason, `abort` builds an error with its stack, at every step that succeeds.
    done.abort('done')
  }
}

/** The end of an attempt. The caller passes it down, and all steps of the attempt share it. */
export interface Deadline {
  /** Remaining seconds; negative after the deadline. */
  left(): number
  /**
   * Runs a step within the remaining time and `maxSeconds`. Without remaining time, the step doesn't start.
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
 * Runs work with a signal that aborts with a `TimeoutError` after a number of seconds. Nothing remains after the work
 * has ended: `AbortSignal.timeout` would keep its listeners, and the answers that they reference, until the time is up,
 * which is megabytes at hundreds of calls a second.
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

/** Whole seconds from `now` until `then`, rounded down; negative if it's past. */
export function secondsUntil(then: Date, now: Date): number {
  return Math.floor((then.getTime() - now.getTime()) / 1000)
}
