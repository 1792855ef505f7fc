import { describe, expect, test } from 'vitest'
import { exclusiveColumns } from '../../shared/downloads/exclusiveColumns.ts'
import { downloadBody, type ReportWish, toReportRequest } from '../../shared/downloads/reportRequest.ts'
import { waitSeconds } from '../../shared/downloads/waitSeconds.ts'

const wish: ReportWish = {
  type: 'CampaignPerformance',
  columns: ['TimePeriod', 'Clicks'],
  from: '2026-11-01',
  to: '2026-11-27',
}

describe('a report’s request', () => {
  test('is Microsoft’s, for nothing but the columns’ names and the rows', () => {
    expect(downloadBody.safeParse({ report: wish }).success).toBe(true)
    expect(toReportRequest(wish, '7')).toEqual({
      Type: 'CampaignPerformanceReportRequest',
      Format: 'Csv',
      FormatVersion: '2.0',
      ExcludeReportHeader: true,
      ExcludeReportFooter: true,
      ReturnOnlyCompleteData: false,
      Aggregation: 'Daily',
      Columns: wish.columns,
      Scope: { AccountIds: ['7'] },
      Time: {
        CustomDateRangeStart: { Year: 2026, Month: 11, Day: 1 },
        CustomDateRangeEnd: { Year: 2026, Month: 11, Day: 27 },
      },
    })
  })

  test.each([
    [{ columns: ['Clicks'] }, { Aggregation: 'Summary' }],
    [{ aggregation: 'Weekly' }, { Aggregation: 'Weekly' }],
    [{ completeOnly: true }, { ReturnOnlyCompleteData: true }],
    [{ accounts: ['8', '9'] }, { Scope: { AccountIds: ['8', '9'] } }],
    [{ campaigns: ['5'] }, { Scope: { Campaigns: [{ AccountId: '7', CampaignId: '5' }] } }],
    [{ period: 'Today', timeZone: 'X' }, { Time: { PredefinedTime: 'Today', ReportTimeZone: 'X' } }],
  ])('with %j has %j', (change, expected) => {
    expect(toReportRequest({ ...wish, ...change }, '7')).toMatchObject(expected)
  })
})

test.each([
  ['CampaignPerformance', 'BudgetName AdId Clicks RelativeCtr', 'BudgetName', 'RelativeCtr'],
  ['CampaignPerformance', 'CustomerName Goal ImpressionSharePercent', 'Goal', 'ImpressionSharePercent'],
  [
    'AccountPerformance',
    'CustomerName AudienceImpressionLostToRankPercent',
    'CustomerName',
    'AudienceImpressionLostToRankPercent',
  ],
  ['ProductDimensionPerformance', 'AdId Network BenchmarkBid Ctr', 'AdId Network', 'BenchmarkBid'],
  ['KeywordPerformance', 'CurrentMaxCpc Clicks', '', ''],
])('of a %s report’s columns %j exclude each other: %j and %j', (type, columns, attributes, statistics) => {
  const words = (text: string) => text.split(' ').filter(Boolean)
  expect(exclusiveColumns(type, words(columns))).toEqual({
    attributes: words(attributes),
    statistics: words(statistics),
  })
})

test.each([
  [0, 5],
  [4, 5],
  [21, 21],
  [3600, 60],
])('a report that has taken %i s is asked for again after %i s', (taken, wait) => {
  const start = new Date(1_000_000)
  expect(waitSeconds(new Date(start.getTime() + taken * 1000), start)).toBe(wait)
})
