/** A service's limit in each window of time; beyond it, the service throttles. */
export interface Limit {
  /** Whether there is room for this amount now; if not, nothing is counted against the window. */
  take(amount?: number): boolean
  /** The largest amount in one window. */
  peak(): number
  /** The number of refusals. */
  refused(): number
}

/** Creates a limit of `most` in each window; windows follow each other, like those of the services. */
export function createLimit(most: number, windowSeconds: number, now: () => number): Limit {
  let [window, taken, peak, refused] = [0, 0, 0, 0]
  return {
    take(amount = 1) {
      const current = Math.floor(now() / (windowSeconds * 1000))
      if (current !== window) [window, taken] = [current, 0]
      if (taken + amount > most) {
        refused++
        return false
      }
      taken += amount
      peak = Math.max(peak, taken)
      return true
    },
    peak: () => peak,
    refused: () => refused,
  }
}

/**
 * Key Vault's, for each vault and ten seconds (key-vault/general/service-limits): new secret versions, and all other
 * transactions. A subscription's limit in a region is five times as high.
 */
export const vaultLimits = { writes: 300, reads: 4000, seconds: 10, subscriptionTimes: 5 } as const

/** Table Storage's, for each second (storage/tables/scalability-targets). */
export const tableLimits = { partitionEntities: 2000, accountTransactions: 20_000 } as const

/** A service's latency in milliseconds: never below `least`, exponential above it, so that a few are slow. */
export function latency(least: number, mean: number, fraction: number): number {
  return least - (mean - least) * Math.log(1 - fraction)
}
