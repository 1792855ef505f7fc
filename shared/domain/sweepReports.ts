import type { SweepReport } from './logEvents.ts'

/** A sweep, or a shard's part of one, that has ended. */
export interface CompletedSweep {
  readonly report: SweepReport
  readonly endedAt: Date
}

/** How the last sweep is remembered. */
export interface SweepReports {
  /** @param shard when it was handed over and done by itself; none for a whole sweep. */
  write(report: SweepReport, endedAt: Date, shard?: number): Promise<void>
  read(): Promise<CompletedSweep | undefined>
  /** The last report of each shard that was handed over. */
  readShards(): Promise<readonly CompletedSweep[]>
}
