import type { ReportWish } from '../downloads/reportRequest.ts'
import type { Row } from './field.ts'
import { type Dimension, dimensionColumns, type MetricType, metricColumns } from './report.ts'

/** A report that an app asks for in Unified.to's terms. */
export interface UnifiedReportQuery {
  /** The first day, as `YYYY-MM-DD` or the beginning of an ISO time. */
  readonly start_gte: string
  /** The day after the last, or the time at which it ends. */
  readonly end_lt: string
  readonly type: readonly MetricType[]
  readonly dimension?: Dimension | undefined
  readonly campaign_id?: string | undefined
  readonly group_id?: string | undefined
  readonly ad_id?: string | undefined
}

/** The report in Microsoft's terms: of the ad, ad group, or campaigns that the query is about. */
export function toReportWish(query: UnifiedReportQuery, accountTimeZone: string | undefined): ReportWish {
  const { type, dimension, campaign_id, group_id, ad_id } = query
  const groupColumns = ad_id || group_id ? ['AdGroupId', 'AdGroupName'] : []
  const zone = accountTimeZone && (otherNames[accountTimeZone] ?? accountTimeZone)
  return {
    type: `${ad_id ? 'Ad' : group_id ? 'AdGroup' : 'Campaign'}Performance`,
    columns: [
      ...(dimension ? [dimensionColumns[dimension]] : []),
      ...['CampaignId', 'CampaignName', ...groupColumns, ...(ad_id ? ['AdId'] : [])],
      ...type.map((each) => metricColumns[each]),
    ],
    ...daysOf(query),
    ...(zone && { timeZone: zone }),
    ...(campaign_id && { campaigns: [campaign_id] }),
  }
}

/** The rows that are about the query's ad or ad group, since a report can only be limited to campaigns. */
export function isAbout({ group_id, ad_id }: UnifiedReportQuery): (row: Row) => boolean {
  return (row) => (!group_id || row.AdGroupId === group_id) && (!ad_id || row.AdId === ad_id)
}

/** The first and the last day of a query. The last can be before the first: then there's none. */
export function daysOf({ start_gte, end_lt }: Pick<UnifiedReportQuery, 'start_gte' | 'end_lt'>) {
  return { from: start_gte.slice(0, 10), to: lastDay(end_lt) }
}

/** The day of the last moment before the end. */
function lastDay(end: string): string {
  const midnight = Date.parse(`${end.slice(0, 10)}T00:00:00Z`)
  const isMidnight = end.length === 10 || /T00:00(:00(\.0+)?)?(Z|[+-]|$)/.test(end)
  return new Date(midnight - (isMidnight ? 86_400_000 : 0)).toISOString().slice(0, 10)
}

/**
 * Time zones of accounts (customer-management-service/timezonetype.md) that the Reporting service spells in another way
 * (reporting-service/reporttimezone.md).
 */
const otherNames: Readonly<Record<string, string>> = {
  AthensBuckarestIstanbul: 'AthensIslandanbulMinsk',
  IslamabadKarachiTashkent: 'IslandamabadKarachiTashkent',
  MidwayIslandAndSamoa: 'MidwayIslandandSamoa',
  SolomonIslandNewCaledonia: 'MagadanSolomonIslandNewCaledonia',
}
