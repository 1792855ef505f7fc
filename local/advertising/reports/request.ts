import type { ReportFilter } from './filter.ts'
import type { Aggregation } from './periods.ts'

/** A report request that has been checked. */
export interface ReportRequest {
  /** For example `CampaignPerformanceReportRequest`. */
  readonly type: string
  readonly name: string
  readonly columns: readonly string[]
  /** Summary without the TimePeriod column, whatever was asked for (…reportcolumn#requiredcolumns). */
  readonly aggregation: Aggregation
  /** The first and last day, since 1970. */
  readonly days: readonly [number, number]
  readonly accountIds: readonly bigint[]
  /** Only these campaigns; null for all. */
  readonly campaignIds: ReadonlySet<string> | null
  readonly filter: ReportFilter
  readonly separator: ',' | '\t'
  readonly formatVersion: '1.0' | '2.0'
  readonly excludeHeader: boolean
  readonly excludeFooter: boolean
  readonly excludeColumnHeaders: boolean
  readonly onlyComplete: boolean
}
