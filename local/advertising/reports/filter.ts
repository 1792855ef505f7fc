import { parseFlags } from '../flags.ts'
import type { JsonObject } from '../json.ts'
import type { RowContext } from './cells.ts'

/** What a report is about, without its numbers. */
type Subject = Pick<RowContext, 'account' | 'campaign' | 'adGroup' | 'ad' | 'keyword'>

/** The rows that a request's `Filter` leaves over. */
export interface ReportFilter {
  /** Whether there are rows about it. */
  matches(subject: Subject): boolean
  /** The devices that count, as {@link import('./metrics.ts').devices} has them; null for all. */
  readonly devices: readonly number[] | null
}

interface Element {
  readonly values: readonly string[]
  valueOf(subject: Subject): string | undefined
}

const statuses = ['Active', 'Paused', 'Deleted'] as const

const languages =
  'Arabic Bulgarian Croatian Czech Danish Dutch English Estonian Finnish French German Greek Hebrew Hungarian Italian Japanese Korean Latvian Lithuanian Maltese Norwegian Polish Portuguese Romanian Russian Slovak Slovenian Spanish Swedish TraditionalChinese'.split(
    ' ',
  )

/** The account's own statuses are AccountLifeCycleStatus; the filter has fewer. */
const accountStatuses: Readonly<Record<string, string>> = { Active: 'Active', Pause: 'Paused' }

const elements: Readonly<Record<string, Element>> = {
  AccountStatus: {
    values: ['Active', 'Paused', 'Inactive'],
    valueOf: ({ account }) => accountStatuses[account.status] ?? 'Inactive',
  },
  CampaignStatus: {
    values: [...statuses, 'BudgetPaused', 'Suspended'],
    valueOf: ({ campaign }) => campaign?.status,
  },
  AdGroupStatus: { values: [...statuses, 'Expired'], valueOf: ({ adGroup }) => adGroup?.status },
  AdStatus: { values: [...statuses, 'Rejected', 'Pending'], valueOf: ({ ad }) => ad?.status },
  KeywordStatus: { values: statuses, valueOf: ({ keyword }) => keyword?.status },
  BidMatchType: { values: ['Exact', 'Phrase', 'Broad'], valueOf: ({ keyword }) => keyword?.matchType },
  DeliveredMatchType: {
    values: ['Exact', 'Phrase', 'Broad', 'ExactCloseVariant', 'PhraseCloseVariant', 'AIOptimized'],
    valueOf: ({ keyword }) => keyword?.matchType,
  },
  AdDistribution: { values: ['Search', 'Audience', 'CrossNetwork'], valueOf: () => 'Search' },
  Language: { values: languages, valueOf: () => 'English' },
}

/** The names of devices in a filter, in the order of {@link import('./metrics.ts').devices}. */
const deviceNames = ['Computer', 'SmartPhone', 'Tablet', 'NonSmartPhone'] as const

/** `Status` is that of the report's own level (reporting-service/{campaign,adgroup}performancereportfilter). */
const ownStatus: Readonly<Record<string, string>> = {
  CampaignPerformanceReportRequest: 'CampaignStatus',
  AdGroupPerformanceReportRequest: 'AdGroupStatus',
}

/**
 * Reads a request's `Filter` (reporting-service, the page of each report's filter): flags with commas, and `Keywords`. The
 * other elements concern what the stand-in's data doesn't vary in.
 * @returns null if an element or a value is unknown, which includes those others.
 */
export function parseFilter(value: unknown, type: string): ReportFilter | null {
  const filter = (typeof value === 'object' && value ? value : {}) as JsonObject
  const { DeviceType, Keywords, ...flags } = filter
  const tests: ((subject: Subject) => boolean)[] = []
  for (const [name, wanted] of Object.entries(flags)) {
    const element = elements[name === 'Status' ? (ownStatus[type] ?? '') : name]
    const values = element && parseFlags(wanted, element.values)
    if (!values) return null
    if (values.size > 0) tests.push((subject) => values.has(element.valueOf(subject) ?? ''))
  }
  const devices = parseFlags(DeviceType, deviceNames)
  if (!devices) return null
  if (Array.isArray(Keywords)) tests.push(({ keyword }) => Keywords.includes(keyword?.text ?? ''))
  return {
    matches: (subject) => tests.every((test) => test(subject)),
    devices: devices.size > 0 ? deviceNames.flatMap((name, at) => (devices.has(name) ? at : [])) : null,
  }
}
