import type { Ad, AdGroup, Campaign, Keyword } from '../inventory/entities.ts'
import type { Account } from '../world.ts'
import { devices, type Metrics } from './metrics.ts'
import type { Period } from './periods.ts'

/** What a row of a report is about. */
export interface RowContext {
  readonly account: Account
  readonly campaign?: Campaign | undefined
  readonly adGroup?: AdGroup | undefined
  readonly ad?: Ad | undefined
  readonly keyword?: Keyword | undefined
  readonly period: Period
  /** An index of devices; null if the row covers all. */
  readonly device: number | null
  readonly metrics: Metrics
  readonly formatVersion: '1.0' | '2.0'
}

type Cell = (row: RowContext) => string

/** Display names of the campaign types in reports; others as they are (report-attributes-performance-statistics). */
const typeNames: Readonly<Record<string, string>> = {
  Search: 'Search & content',
  DynamicSearchAds: 'Dynamic search',
  PerformanceMax: 'Performance max',
}

const attributes: Readonly<Record<string, Cell>> = {
  TimePeriod: ({ period }) => period.label,
  AccountId: ({ account }) => String(account.id),
  AccountName: ({ account }) => account.name,
  AccountNumber: ({ account }) => account.number,
  AccountStatus: ({ account }) => account.status,
  CurrencyCode: () => 'USD',
  CustomerId: ({ account }) => String(account.parentCustomerId),
  CampaignId: ({ campaign }) => campaign?.id ?? '',
  CampaignName: ({ campaign }) => campaign?.name ?? '',
  CampaignStatus: ({ campaign }) => campaign?.status ?? '',
  CampaignType: ({ campaign }) => typeNames[campaign?.type ?? ''] ?? campaign?.type ?? '',
  AdGroupId: ({ adGroup }) => adGroup?.id ?? '',
  AdGroupName: ({ adGroup }) => adGroup?.name ?? '',
  AdGroupStatus: ({ adGroup }) => adGroup?.status ?? '',
  Status: ({ adGroup }) => adGroup?.status ?? '',
  AdId: ({ ad }) => ad?.id ?? '',
  AdStatus: ({ ad }) => ad?.status ?? '',
  AdType: ({ ad }) => ad?.type.toLowerCase() ?? '',
  Keyword: ({ keyword }) => keyword?.text ?? '',
  KeywordId: ({ keyword }) => keyword?.id ?? '',
  KeywordStatus: ({ keyword }) => keyword?.status ?? '',
  BidMatchType: ({ keyword }) => keyword?.matchType ?? 'Broad',
  DeliveredMatchType: ({ keyword }) => keyword?.matchType ?? 'Unknown',
  CurrentMaxCpc: () => '0.50',
  SearchQuery: ({ keyword }) => (keyword ? `where to buy ${keyword.text}` : ''),
  DeviceType: ({ device }) => devices[device ?? -1] ?? '',
  DeviceOS: () => 'Unknown',
  Network: () => 'Microsoft sites and select traffic',
  TopVsOther: () => 'Bing and Yahoo! search - Top',
  AdDistribution: () => 'Search',
  Language: () => 'English',
  QualityScore: ({ keyword }) =>
    keyword && keyword.ordinal % 3 > 0 ? String((keyword.ordinal % 10) + 1) : '--',
}

/** Other scores are never computed here: two dashes. The rest of the attributes are empty. */
const scores = /^(Historical\w+|ExpectedCtr|AdRelevance|LandingPageExperience)$/

const statistics: Readonly<Record<string, Cell>> = {
  Impressions: ({ metrics }) => String(metrics.impressions),
  Clicks: ({ metrics }) => String(metrics.clicks),
  Spend: ({ metrics }) => money(metrics.spend),
  Ctr: ({ metrics }) => percent(metrics.clicks, metrics.impressions),
  AverageCpc: ({ metrics }) => money(over(metrics.spend, metrics.clicks)),
  AverageCpm: ({ metrics }) => money(over(metrics.spend * 1000, metrics.impressions)),
  AveragePosition: () => '0.00',
  Conversions: ({ metrics }) => String(metrics.conversions),
  AllConversions: ({ metrics }) => String(metrics.conversions),
  ConversionsQualified: ({ metrics }) => metrics.conversions.toFixed(2),
  AllConversionsQualified: ({ metrics }) => metrics.conversions.toFixed(2),
  ConversionRate: ({ metrics }) => percent(metrics.conversions, metrics.clicks),
  AllConversionRate: ({ metrics }) => percent(metrics.conversions, metrics.clicks),
  CostPerConversion: ({ metrics }) => money(over(metrics.spend, metrics.conversions)),
  Revenue: ({ metrics, formatVersion }) => grouped(metrics.revenue, formatVersion),
  AllRevenue: ({ metrics, formatVersion }) => grouped(metrics.revenue, formatVersion),
  Assists: ({ formatVersion }) => grouped(0, formatVersion),
  ReturnOnAdSpend: ({ metrics }) => over(metrics.revenue, metrics.spend).toFixed(2),
  ImpressionSharePercent: ({ metrics, formatVersion }) => sharePercent(metrics, formatVersion),
  Ptr: ({ formatVersion }) => `${(0).toFixed(formatVersion === '2.0' ? 2 : 4)}%`,
}

/** Attributes that the names of statistics don't distinguish. */
const otherAttributes =
  /^(AdDescription2?|AdLabels|AdStrength\w*|AdTitle|AdGroupLabels|AdGroupType|AdGroupCriterionId|AssetGroup\w+|BaseCampaignId|BidStrategyType|Budget\w+|BusinessName|CampaignLabels|CustomParameters|CustomerName|ConversionDelay|DestinationUrl|DisplayUrl|Final\w+|FirstPageBid|Goal\w*|Headline|KeywordLabels|LongHeadline|Mainline\w+|Path\d|QualityImpact|TitlePart\d|TrackingTemplate)$/

/** Whether a column is a performance statistic and not an attribute. */
export function isStatistic(column: string): boolean {
  return !(column in attributes) && !scores.test(column) && !otherAttributes.test(column)
}

/** The cell of a column, without quotes. Statistics that the stand-in doesn't count are 0, and shares empty. */
export function cellOf(column: string): Cell {
  const cell = attributes[column] ?? statistics[column]
  if (cell) return cell
  if (scores.test(column)) return () => '--'
  if (!isStatistic(column) || column.endsWith('Percent')) return () => ''
  return () => '0'
}

function over(value: number, by: number): number {
  return by === 0 ? 0 : value / by
}

function money(hundredths: number): string {
  return (hundredths / 100).toFixed(2)
}

/** With its sign, as the readers of others expect it (airbytehq/airbyte, source-bing-ads, get_column_value). */
function percent(part: number, whole: number): string {
  return `${(over(part, whole) * 100).toFixed(2)}%`
}

/** Format version 1.0 has commas between thousands (guides/reports#formatversion). */
function grouped(hundredths: number, version: string): string {
  return version === '2.0' ? money(hundredths) : (hundredths / 100).toLocaleString('en-US', twoDigits)
}

const twoDigits = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const

/** Empty if Microsoft has none; without digits behind the point in format version 1.0. */
function sharePercent({ impressions }: Metrics, version: string): string {
  if (impressions < 10) return ''
  return `${((impressions % 97) + 0.37).toFixed(version === '2.0' ? 2 : 0)}%`
}
