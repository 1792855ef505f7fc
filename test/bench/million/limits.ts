import { assumed, limits } from '../../../scripts/cost/inputs.ts'

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
export const vaultLimits = {
  writes: limits.vaultWritesPerSecond * limits.vaultSeconds,
  reads: limits.vaultOperationsPerSecond * limits.vaultSeconds,
  seconds: limits.vaultSeconds,
  subscriptionTimes: limits.vaultsPerSubscription,
} as const

/** Table Storage's, for each second (storage/tables/scalability-targets). */
export const tableLimits = {
  partitionEntities: limits.partitionEntitiesPerSecond,
  accountTransactions: limits.accountTransactionsPerSecond,
} as const

const { latency: assumedSeconds } = assumed
const milliseconds = (seconds: number) => Math.round(seconds * 1000)

/** The least and the mean milliseconds of a call, in the means that `docs/scale.md` assumes. */
export const callMilliseconds = {
  signIn: [200, milliseconds(assumedSeconds.signIn)],
  table: [5, milliseconds(assumedSeconds.table)],
  vaultRead: [10, milliseconds(assumedSeconds.vaultRead)],
  vaultWrite: [20, milliseconds(assumedSeconds.vaultWrite)],
} as const

/** A service's latency in milliseconds: never below `least`, exponential above it, so that a few are slow. */
export function latency(least: number, mean: number, fraction: number): number {
  return least - (mean - least) * Math.log(1 - fraction)
}
