import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

/** A number of requests at once, which come back evenly within the span. */
export interface Rate {
  readonly count: number
  readonly seconds: number
}

/** One bucket of tokens for each key. A new one is full. */
export interface TokenBuckets {
  /** Seconds until the bucket has a token; 0 if it has one. */
  waitSeconds(key: string, rate: Rate): number
  /** Takes a token. */
  take(key: string, rate: Rate): void
}

interface Bucket {
  readonly tokens: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Creates an empty set of buckets, which live in this process only.
 * @param most buckets; beyond that, the least recently used one is forgotten, and is full when it is asked for again.
 */
export function createTokenBuckets(clock: Pick<Clock, 'now'>, most: number): TokenBuckets {
  const buckets = new LRUCache<string, Bucket>({ max: most })
  const tokensOf = (key: string, { count, seconds }: Rate): number => {
    const { tokens, at } = buckets.get(key) ?? { tokens: count, at: 0 }
    // The clock can be set back.
    const passed = Math.max(0, clock.now().getTime() - at) / 1000
    return Math.min(count, tokens + (passed * count) / seconds)
  }
  return {
    waitSeconds(key, rate) {
      const missing = Math.max(0, 1 - tokensOf(key, rate))
      return (missing * rate.seconds) / rate.count
    },
    take(key, rate) {
      buckets.set(key, { tokens: Math.max(0, tokensOf(key, rate) - 1), at: clock.now().getTime() })
    },
  }
}
