import { numberIn, ofAccount, type Row, textIn, type UnifiedFields } from './field.ts'
import { day } from './times.ts'

/**
 * Unified.to's types of metrics, and the columns that all three reports have for them
 * (reporting-service/adperformancereportcolumn.md). Percentages are Microsoft's: 2.13 is 2.13%.
 */
export const metricColumns = {
  IMPRESSIONS: 'Impressions',
  CLICKS: 'Clicks',
  COST: 'Spend',
  CONVERSIONS: 'ConversionsQualified',
  CONVERSION_VALUE: 'Revenue',
  CTR: 'Ctr',
  CPC: 'AverageCpc',
  CPM: 'AverageCpm',
  CPA: 'CostPerConversion',
  ROAS: 'ReturnOnAdSpend',
  ALL_CONVERSIONS: 'AllConversionsQualified',
  ALL_CONVERSION_VALUE: 'AllRevenue',
  VIEW_THROUGH_CONVERSIONS: 'ViewThroughConversionsQualified',
  VIDEO_VIEWS: 'VideoViews',
  VIDEO_COMPLETIONS: 'CompletedVideoViews',
  VIDEO_QUARTILE_25: 'VideoViewsAt25Percent',
  VIDEO_QUARTILE_50: 'VideoViewsAt50Percent',
  VIDEO_QUARTILE_75: 'VideoViewsAt75Percent',
  AVERAGE_CPV: 'AverageCPV',
  TOP_IMPRESSION_RATE_PERCENT: 'TopImpressionRatePercent',
  ABSOLUTE_TOP_IMPRESSION_RATE_PERCENT: 'AbsoluteTopImpressionRatePercent',
} as const

/** One of Unified.to's types of metrics. */
export type MetricType = keyof typeof metricColumns

/** Unified.to's dimensions, and Microsoft's columns. */
export const dimensionColumns = {
  DATE: 'TimePeriod',
  DEVICE: 'DeviceType',
  PLATFORM: 'Network',
  PLATFORM_POSITION: 'TopVsOther',
} as const

/** One of {@link dimensionColumns}. */
export type Dimension = keyof typeof dimensionColumns

/** What a metric is of, and its columns. */
const subjects = {
  campaign: { id: 'CampaignId', name: 'CampaignName' },
  group: { id: 'AdGroupId', name: 'AdGroupName' },
  ad: { id: 'AdId', name: null },
} as const

/** `AdsReport`: a row of a report, with a metric for each of its numbers. */
export const reportFields: UnifiedFields = {
  id: null,
  created_at: null,
  updated_at: null,
  organization_id: ofAccount('Account.Id', 'accountId'),
  currency: ofAccount('Account.CurrencyCode', 'currencyCode'),
  start_at: day(dimensionColumns.DATE, 'begin'),
  end_at: day(dimensionColumns.DATE, 'end'),
  metrics: { from: [...Object.values(metricColumns), ...Object.values(dimensionColumns)], read: readMetrics },
}

function readMetrics(row: Row): object[] {
  const [dimension = null] = Object.entries(dimensionColumns).filter(([, column]) =>
    Object.hasOwn(row, column),
  )
  const shared = {
    dimension: dimension?.[0] ?? null,
    dimension_value: dimension && textIn(row, dimension[1]),
    ...subjectsOf(row),
  }
  return Object.entries(metricColumns)
    .filter(([, column]) => Object.hasOwn(row, column))
    .map(([type, column]) => ({ type, value: numberIn(row, column), ...shared }))
}

function subjectsOf(row: Row): object {
  const present = Object.entries(subjects).filter(([, { id }]) => Object.hasOwn(row, id))
  return Object.fromEntries(
    present.map(([subject, { id, name }]) => [
      subject,
      { id: textIn(row, id), name: name && textIn(row, name) },
    ]),
  )
}
