import type { SweepReport } from './logEvents.ts'

/** A finished sweep, or a shard's finished part of one. */
export interface CompletedSweep {
  readonly report: SweepReport
  readonly endedAt: Date
}

/** The store of sweep reports. */
export interface SweepReports {
  /** @param shard of a handed-over part; none for a whole sweep. */
  write(report: SweepReport, endedAt: Date, shard?: number): Promise<void>
  read(): Promise<CompletedSweep | undefined>
  /** The last report of each shard that was handed over. */
  readShards(): Promise<readonly CompletedSweep[]>
}
