import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

/** A remembered value and its age. */
export interface RememberedValue<T> {
  readonly value: T
  readonly ageMilliseconds: number
}

/** Values by key, each with its time. Reading never drops a value: the reader decides which age is too old. */
export interface Memory<T> {
  /** The value, regardless of its age; undefined if there is none. */
  recall(key: string): RememberedValue<T> | undefined
  /** The value if it's younger than `milliseconds`. */
  recent(key: string, milliseconds: number): T | undefined
  /** @param asOf when reading the value started, in milliseconds since the epoch. Default is now. */
  remember(key: string, value: T, asOf?: number): void
  forget(key: string): void
}

/** The default for the most keys. */
const usualKeys = 1000

/** Creates an empty memory. @param most keys; beyond that, the least recently used one is dropped. */
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
