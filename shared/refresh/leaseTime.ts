import { addSeconds, type Clock, createDeadline, type Deadline, withTimeLimit } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { isRefused } from '../domain/storageUnavailable.ts'

/**
 * What is left of a lease. Every step between taking and committing draws on it, so that a process that is alive never
 * outlives its lease: a step that the lease has no time for is not begun.
 */
export interface LeaseTime {
  /**
   * Runs a step, for as long as a step may take and the lease lasts.
   * @throws TimeLimitError. The step may still take effect.
   */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /**
   * Repeats a step that failed until it does not, trying again can't help, or the lease has no time for more.
   * @param maxSeconds no try begins later than this. Default: none does that the lease has no time for.
   */
  repeat<T>(name: string, work: () => Promise<T>, maxSeconds?: number): Promise<T>
  /** Whether a call to the token endpoint fits in, and then storing what it brings. */
  allowsCall(): boolean
  /** Waits a little before the next try of what has failed; false when nothing would be left for what follows it. */
  pause(tries: number): Promise<boolean>
}

/** No step on storage waits longer. */
const maxStepSeconds = 8
/** The end of every lease is left alone: a token is kept in time although the clocks of processes are 3 s apart. */
const marginSeconds = 2
/** A step takes a third of what is left at most, so that there is always something for the next one. */
const share = 1 / 3
/** What writing, sealing and committing are given at least, and at most. */
const [minStoreSeconds, maxStoreSeconds] = [5, 12]

/** A failed step is repeated after 0.1 s at first, twice as long each time, 3.2 s at most. */
const [firstPauseMilliseconds, maxDoublings] = [100, 5]

/** Creates the time of a lease that ends at `until`. */
export function createLeaseTime(
  clock: Clock,
  { leaseSeconds, tokenEndpointSeconds }: RefreshConfig,
  until: Date,
): LeaseTime {
  const deadline = createDeadline(clock, addSeconds(until, -marginSeconds))
  const { left } = deadline
  const storeSeconds = Math.max(
    minStoreSeconds,
    Math.min(maxStoreSeconds, (leaseSeconds - tokenEndpointSeconds) / 3),
  )
  const step: LeaseTime['step'] = (name, work) =>
    deadline.step(name, work, Math.min(maxStepSeconds, left() * share))
  const pause = async (tries: number): Promise<boolean> => {
    if (left() < minStoreSeconds) return false
    await clock.sleep(firstPauseMilliseconds * 2 ** Math.min(tries, maxDoublings))
    return true
  }
  return {
    step,
    pause,
    async repeat(name, work, maxSeconds = Number.POSITIVE_INFINITY) {
      const lastTryAt = addSeconds(clock.now(), Math.min(maxSeconds, left()))
      for (let tries = 0; ; tries++) {
        try {
          return await step(name, work)
        } catch (error) {
          if (isRefused(error) || clock.now() >= lastTryAt || !(await pause(tries))) throw error
        }
      }
    },
    allowsCall: () => left() >= tokenEndpointSeconds + storeSeconds,
  }
}

/** A step outside a lease, which delays only its caller and ends at the caller's deadline. */
export function stepOutsideLease<T>(
  clock: Clock,
  name: string,
  work: () => Promise<T>,
  deadline?: Deadline,
): Promise<T> {
  return deadline
    ? deadline.step(name, work, maxStepSeconds)
    : withTimeLimit(clock, maxStepSeconds, name, work)
}
