import { addSeconds, type Clock, createDeadline, type Deadline, withTimeLimit } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { isRefused } from '../domain/storageUnavailable.ts'

/**
 * The remaining time of a lease. Every step between taking it and committing draws on it, so a live process never
 * outlives its lease: no step starts without enough time.
 */
export interface LeaseTime {
  /**
   * Runs a step within the limit of a step and of the lease.
   * @throws TimeLimitError. The step may still take effect.
   */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /**
   * Repeats a failed step until it succeeds, trying again can't help, or the lease is too short for another attempt.
   * @param maxSeconds no attempt starts later than this. Default is the lease's time.
   */
  repeat<T>(name: string, work: () => Promise<T>, maxSeconds?: number): Promise<T>
  /** Whether there is time for a call to the token endpoint and for storing its answer. */
  allowsCall(): boolean
  /** Waits briefly before another attempt; false if no time would be left for the following steps. */
  pause(tries: number): Promise<boolean>
}

/** The time limit of a storage step. */
const maxStepSeconds = 8
/** Unused at the end of every lease: a token is stored in time although the clocks of processes differ by up to 3 s. */
const marginSeconds = 2
/** A step takes at most a third of the remaining time, so there is always some for the next one. */
const share = 1 / 3
/** What writing, sealing and committing are given at least, and at most. */
const [minStoreSeconds, maxStoreSeconds] = [5, 12]

/** The pause after a failed step: 0.1 s at first, doubled each time, at most 3.2 s. */
const [firstPauseMilliseconds, maxDoublings] = [100, 5]

/** Creates the {@link LeaseTime} of a lease that ends at `until`. */
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

/** Runs a step outside a lease, which delays only its caller and ends at the caller's deadline. */
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
