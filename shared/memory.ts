import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

/** A remembered value and how old it is. */
export interface RememberedValue<T> {
  readonly value: T
  readonly ageMilliseconds: number
}

/** Values by key, each with the time that it is as of. Reading never drops one: what is too old is the reader's choice. */
export interface Memory<T> {
  /** The value, whatever its age; undefined when nothing is remembered. */
  recall(key: string): RememberedValue<T> | undefined
  /** The value when it is younger than `milliseconds`. */
  recent(key: string, milliseconds: number): T | undefined
  /** @param asOf when reading the value began, in milliseconds since the epoch. Default is now. */
  remember(key: string, value: T, asOf?: number): void
  forget(key: string): void
}

/** The number of keys that are remembered unless told otherwise. */
const usualKeys = 1000

/** Creates an empty memory. @param most keys; beyond them, the one that was used longest ago is forgotten. */
export function createMemory<T>(clock: Pick<Clock, 'now'>, most = usualKeys): Memory<T> {
  const entries = new LRUCache<string, { readonly value: T; readonly asOf: number }>({ max: most })
  const ageOf = (asOf: number) => {
    const age = clock.now().getTime() - asOf
    // The clock was set back, so the age is unknown.
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }
  return {
    recall(key) {
      const entry = entries.get(key)
      return entry && { value: entry.value, ageMilliseconds: ageOf(entry.asOf) }
    },
    recent(key, milliseconds) {
      const entry = entries.get(key)
      return entry && ageOf(entry.asOf) < milliseconds ? entry.value : undefined
    },
    remember(key, value, asOf = clock.now().getTime()) {
      entries.set(key, { value, asOf })
    },
    forget(key) {
      entries.delete(key)
    },
  }
}
