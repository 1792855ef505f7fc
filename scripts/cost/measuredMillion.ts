/** A broker whose sweeps `npm run bench -- million` played for 55 minutes, and what happened. */
export interface Played {
  readonly tenants: number
  readonly isAllActive: boolean
  /** 0 if grants are sealed in their rows. */
  readonly vaults: number
  readonly concurrency: number
  readonly everyMinutes: number
  /** Besides the timer's. */
  readonly instances: number
  /** The most that worked at once, if they were fewer. */
  readonly atOnce?: number
  readonly isHandedOver?: boolean
  readonly note?: string
  readonly refreshesPerSecond: number
  readonly failures?: number
  /** After the due time. */
  readonly longestDelaySeconds: number
  readonly throttled: number
  readonly withoutToken: number
  readonly longestWithoutSeconds?: number
}

const none = { throttled: 0, withoutToken: 0 }
const middle = { tenants: 100_000, everyMinutes: 5, concurrency: 32, instances: 0 }
const large = { tenants: 1_000_000, everyMinutes: 2, concurrency: 32, instances: 3 }
const all = { isAllActive: true }
const quarter = { isAllActive: false }

/**
 * The vaults are enough in all but two of them. Each is from one run: `small`, `quarter`, and `oneVault` of November
 * 30, 2026, the others of November 24.
 */
export const played = {
  small: {
    ...{ ...middle, ...quarter, ...none, tenants: 10_000, vaults: 1, concurrency: 12 },
    ...{ refreshesPerSecond: 0.8, longestDelaySeconds: 309 },
  },
  quarter: {
    ...{ ...middle, ...quarter, ...none, vaults: 2, concurrency: 16 },
    ...{ refreshesPerSecond: 8, longestDelaySeconds: 376 },
  },
  all: {
    ...{ ...middle, ...all, ...none, vaults: 3 },
    ...{ refreshesPerSecond: 31.5, longestDelaySeconds: 450 },
  },
  handedOver: {
    ...{ ...middle, ...all, ...none, vaults: 3, instances: 32, atOnce: 27, isHandedOver: true },
    ...{ refreshesPerSecond: 31.9, failures: 55, longestDelaySeconds: 592, throttled: 1_055_378 },
  },
  oneVault: {
    ...{ ...middle, ...all, vaults: 1, instances: 1, refreshesPerSecond: 30.5, longestDelaySeconds: 1825 },
    ...{ throttled: 248_936, withoutToken: 9953, longestWithoutSeconds: 1214 },
  },
  sealedQuarter: {
    ...{ ...large, ...quarter, ...none, vaults: 0, refreshesPerSecond: 90.3, longestDelaySeconds: 199 },
  },
  sealedAll: {
    ...{ ...large, ...all, ...none, vaults: 0, instances: 9 },
    ...{ refreshesPerSecond: 360.2, longestDelaySeconds: 221 },
  },
  sixVaults: {
    ...{ ...large, ...quarter, ...none, vaults: 6, concurrency: 16 },
    ...{ refreshesPerSecond: 89.8, longestDelaySeconds: 329 },
  },
  twelveVaults: {
    ...{ ...large, ...all, vaults: 12, instances: 9, note: 'half an hour', refreshesPerSecond: 148.7 },
    ...{ longestDelaySeconds: 1441, throttled: 1_044_108, withoutToken: 186_354, longestWithoutSeconds: 839 },
  },
} as const satisfies Readonly<Record<string, Played>>

/** The same command with other settings, and what it took. */
export const playedBesides = {
  /** An earlier run of `oneVault`, on November 24, 2026. */
  oneVaultBefore: { refreshesPerSecond: 27.3, withoutToken: 24_544 },
  /** Throttled requests of the small one with 16 in parallel. */
  smallWith16: 30,
  /** Throttled requests of the second one with 32 in parallel and a handover at 2,000. */
  quarterWith32: 35_221,
  mostTransactionsPerSecond: 3957,
  minutes: 10.3,
  mebibytes: 928,
  quickSeconds: 21,
  quickMebibytes: 434,
} as const
