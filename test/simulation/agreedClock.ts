import type { Clock, SharedClock } from '../../shared/clock.ts'

/** A clock whose process and storage have the same time. */
export function agreedClock(clock: Clock): SharedClock {
  return { ...clock, storageNow: () => clock.now() }
}
