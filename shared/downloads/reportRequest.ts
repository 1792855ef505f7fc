import * as z from 'zod'
import { idOfCustomer } from '../domain/account.ts'
import { filterFaults, reportFilter, toFilter } from './reportFilter.ts'

/** Microsoft's names: of a report, a column, a time. */
const name = z.string().regex(/^[A-Za-z]\w{0,79}$/, 'must be one of Microsoft’s names')

/** A day as Microsoft counts it, without a time zone of its own. */
const day = z.iso.date('must be a date like 2026-11-30')

/** A report, in a request for it. */
export const report = z
  .strictObject({
    type: name.describe('The report, as Microsoft names it: `CampaignPerformance`, for example.'),
    columns: z.array(name).min(1).max(200).describe('Microsoft’s names of the columns.'),
    from: day.optional().describe('The first day.'),
    to: day.optional().describe('The last day.'),
    period: name
      .optional()
      .describe('Instead of `from` and `to`: Microsoft’s `ReportTimePeriod`, such as `LastSevenDays`.'),
    timeZone: name
      .optional()
      .describe('Microsoft’s `ReportTimeZone`, in which a day ends. Microsoft’s default is Pacific time.'),
    aggregation: name
      .optional()
      .describe(
        'Microsoft’s `ReportAggregation`. Default is `Daily` with `TimePeriod`, otherwise `Summary`.',
      ),
    accounts: z
      .array(idOfCustomer)
      .min(1)
      .max(1000)
      .optional()
      .describe('The IDs of the accounts that it’s about. Default is the account to call.'),
    campaigns: z
      .array(idOfCustomer)
      .min(1)
      .max(300)
      .optional()
      .describe('Instead of `accounts`: only these campaigns of the account to call, by their IDs.'),
    filter: reportFilter.optional(),
    completeOnly: z.boolean().optional().describe('Whether to refuse days whose data isn’t complete yet.'),
  })
  .refine(
    ({ period, from, to }) => (period ? !(from || to) : from && to),
    'needs `from` and `to`, or `period`',
  )
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], error: 'must not be before `from`' })
  .refine(({ accounts, campaigns }) => !(accounts && campaigns), 'has `accounts` or `campaigns`, not both')
  .superRefine(({ type, filter = {} }, context) => {
    if (Object.keys(filter).length === 0) return
    for (const { path, message } of filterFaults(type, filter))
      context.addIssue({ code: 'custom', path: ['filter', ...path], message })
  })
  .describe('A report of Microsoft Advertising.')

/** A report that an app wants. */
export type ReportWish = z.infer<typeof report>

/** Microsoft's request for a report (reporting-service/reportrequest.md): CSV of nothing but names and rows. */
export function toReportRequest(wish: ReportWish, accountId: string): object {
  const { type, columns, aggregation, accounts, campaigns, filter, completeOnly } = wish
  return {
    Type: `${type}ReportRequest`,
    Format: 'Csv',
    FormatVersion: '2.0',
    ExcludeReportHeader: true,
    ExcludeReportFooter: true,
    ReturnOnlyCompleteData: completeOnly ?? false,
    Aggregation: aggregation ?? (columns.includes('TimePeriod') ? 'Daily' : 'Summary'),
    Columns: columns,
    Scope: campaigns
      ? { Campaigns: campaigns.map((id) => ({ AccountId: accountId, CampaignId: id })) }
      : { AccountIds: accounts ?? [accountId] },
    Time: toReportTime(wish),
    ...(filter && Object.keys(filter).length > 0 && { Filter: toFilter(type, filter) }),
  }
}

function toReportTime({ from, to, period, timeZone }: ReportWish): object {
  const zone = timeZone && { ReportTimeZone: timeZone }
  if (period) return { PredefinedTime: period, ...zone }
  return { CustomDateRangeStart: toDate(from), CustomDateRangeEnd: toDate(to), ...zone }
}

function toDate(day = ''): object {
  const [Year, Month, Day] = day.split('-').map(Number)
  return { Year, Month, Day }
}
