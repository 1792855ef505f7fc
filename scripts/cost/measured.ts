/**
 * What was measured, with the command that measures it again. A figure that follows from these is computed. Times are in
 * seconds and memory is in MiB unless the name says otherwise.
 */
export const measured = {
  /** `npm run bench -- coalescing`. */
  coalescing: { vends: 1000, processes: 4, calls: 1 },
  /**
   * `npm run bench -- sweep-local`: the slowest and the fastest run on an idle machine, and on one that others used. The
   * idle ones are older than the rest, which is of November 30, 2026.
   */
  sweepLocal: {
    idlePerSecond: [160, 190],
    busyPerSecond: [47, 69],
    processorMilliseconds: 4.8,
    ...{ table: 5.06, vault: 2.01, mebibytes: 335 },
  },
  /** `npm run bench -- sweep-reads`: by the number of tenants, with the same number due. */
  sweepReads: [
    { tenants: 1000, reads: 1032, time: 1, memory: 1 },
    { tenants: 10_000, reads: 1032, time: 1.0, memory: 1.0 },
    { tenants: 100_000, reads: 1032, time: 1.01, memory: 1.01 },
  ],
  /** `npm run bench -- sweep-pace`. */
  sweepPace: { due: 100_000, concurrency: 64, callSeconds: 0.05, seconds: 82.9, thirds: [157, 164] },
  /** `npm run bench -- warm-vend`: vends as a share of the calls of a no-op on the same host, with and without spans. */
  warmVend: [
    { connections: 1, share: 0.9, withSpans: 0.77 },
    { connections: 16, share: 0.88, withSpans: 0.77 },
    { connections: 64, share: 0.9, withSpans: 0.8 },
  ],
  /** `npm run bench -- peers`: vends a second, as a multiple of each peer's tokens a second. */
  peers: [
    { connections: 1, timesMsal: 8.51, timesVault: 8.91 },
    { connections: 16, timesMsal: 4.55, timesVault: 4.27 },
  ],
  /** `npm run bench -- sparse-vends`: the median with a near vault, and with one that is 40 ms away. */
  sparseVends: { nearMilliseconds: 9.2, farMilliseconds: 6.3 },
  /** `npm run bench -- growth`, on a busy machine: vends a second by active tenants, asked for in turn. */
  growth: {
    vends: [
      { tenants: 1, perSecond: 3142 },
      { tenants: 100, perSecond: 3329 },
      { tenants: 5000, perSecond: 4253 },
      { tenants: 50_000, perSecond: 1426 },
    ],
    /** With a memory for that many of the last. */
    small: { tenants: 5000, perSecond: 1192 },
    mebibytes: 963,
  },
  /** `npm run bench -- listing`, on a busy machine. */
  listing: { tenants: 10_000, page: 200, callMilliseconds: 20, fullSeconds: 9.9, summarySeconds: 1.22 },
  /** `npm run bench -- passthrough`: the median of what the broker adds. */
  passthrough: { addedMilliseconds: 1.08 },
  /** `npm run bench -- slow-upstream`, on one core of a busy machine. */
  slowUpstream: [
    { calls: 16, median: 2.05, coreShare: 0.024, mebibytes: 169 },
    { calls: 400, median: 2.7, coreShare: 0.169, mebibytes: 329 },
  ],
  /** `npm run bench -- downloads`, on a busy machine; the last with 64 MiB of heap. */
  downloads: [
    { rows: 100_000, megabytes: 10, share: 0.98, mebibytes: 45 },
    { rows: 800_000, megabytes: 100, share: 0.77, mebibytes: 47 },
    { rows: 8_000_000, megabytes: 1000, share: 1.98, mebibytes: 45 },
  ],
  /**
   * `npm run bench -- entities`, with 64 MiB of heap, on a busy machine: all rows, the last page, and two sorted ones.
   */
  entities: {
    ...{ rows: 4_130_000, megabytes: 1202, rowsSeconds: 69.5, lastPageSeconds: 58.9 },
    ...{ sortedSeconds: [78.3, 77.9], mebibytes: 61 },
  },
  /** `npm run bench -- cold-start`, on a busy machine. */
  coldStart: { milliseconds: 117, timesEmpty: 4.5 },
  /**
   * `npm run bench -- backup`, on a busy machine: seconds of each step with tables on the same machine, and with tables
   * that answer later. `rebuildNamed` is a rebuild of intact tables if the vaults' tags name every tenant.
   */
  recovery: {
    near: [
      { tenants: 10_000, backup: 7.5, restore: 36.3, rebuild: 3.3, rebuildNamed: 7.9 },
      { tenants: 100_000, backup: 60.6, restore: 264.3, rebuild: 68.4, rebuildNamed: 108.2 },
    ],
    callMilliseconds: 10,
    far: { tenants: 10_000, backup: 1.8, restore: 44.9, rebuild: 8.3, rebuildNamed: 23.9 },
    /** A second run, while others used the machine more. */
    farAgain: { backup: 7.5, restore: 74.1, rebuild: 17.7, rebuildNamed: 46.3 },
  },
  /** The same: of a tenant with a sealed grant and nothing else, compressed. */
  backupBytesPerTenant: 3215,
} as const

/** Passed-through calls that an instance was measured with. */
export const carriedCalls = [16, 50, 200, 400] as const

/**
 * An instance of each size, measured once, on November 29, 2026: the broker with its local host in a control group with
 * that much processor time, on a machine whose two cores also ran the load and all stand-ins. No command repeats this.
 * `slowest` has a time for each of {@link carriedCalls}, answered by the stand-in after 2 s; `mebibytes` are those of the
 * process at the last two.
 */
export const instances = [
  { memoryMb: 512, cores: 0.25, slowest: [2.04, 2.3, 3.0, 4.06], mebibytes: [214, 245] },
  { memoryMb: 2048, cores: 1, slowest: [2.03, 2.17, 2.6, 2.66], mebibytes: [209, 267] },
  { memoryMb: 4096, cores: 2, slowest: [2.04, 2.18, 2.29, 2.59], mebibytes: [221, 253] },
] as const

/**
 * The same: vends of 50 connections at once with this many cores at work, the slowest of a hundredth of them or slower, and
 * the memory of the process. `startSeconds` is from the start of the process to its first answer.
 */
export const instanceVends = {
  512: { perSecond: 506, busyCores: 0.25, slowMilliseconds: 704, mebibytes: 498, startSeconds: 2.1 },
  2048: { perSecond: 1590, busyCores: 0.5, slowMilliseconds: 123, mebibytes: 443, startSeconds: 0.55 },
} as const
