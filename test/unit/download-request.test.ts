import { describe, expect, test } from 'vitest'
import { downloadBody } from '../../shared/downloads/downloadRequest.ts'
import { toBulkRequest } from '../../shared/downloads/entityRequest.ts'
import { exclusiveColumns } from '../../shared/downloads/exclusiveColumns.ts'
import { type ReportWish, toReportRequest } from '../../shared/downloads/reportRequest.ts'
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

  test.each([
    [{ from: '2024-02-29', to: '2024-02-29' }, undefined],
    [{ from: '2026-02-30', to: '2026-03-01' }, ['report', 'from']],
    [{ from: '2025-02-29' }, ['report', 'from']],
    [{ from: '2026-04-01', to: '2026-04-31' }, ['report', 'to']],
    [{ from: '2026-00-01' }, ['report', 'from']],
    [{ to: '2026-13-01' }, ['report', 'to']],
    [{ from: '2026-11-28' }, ['report', 'to']],
  ])('of %j is refused at %j: each day exists, and the first isn’t after the last', (change, path) => {
    const { error } = downloadBody.safeParse({ report: { ...wish, ...change } })
    expect(error?.issues[0]?.path).toEqual(path)
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
  ['reporting', 0, 5],
  ['reporting', 4, 5],
  ['reporting', 21, 21],
  ['reporting', 3600, 60],
  ['bulk', 0, 15],
  ['bulk', 21, 21],
  ['bulk', 3600, 60],
] as const)('a file of %s that has taken %i s is asked for again after %i s', (service, taken, wait) => {
  const startedAt = new Date(1_000_000)
  const now = new Date(startedAt.getTime() + taken * 1000)
  expect(waitSeconds(now, { service, startedAt })).toBe(wait)
})

describe('a request for entities', () => {
  test('is Microsoft’s, for everything in one CSV file', () => {
    expect(toBulkRequest({ entities: ['campaigns', 'keywords'] }, '7')).toEqual({
      path: 'Campaigns/DownloadByAccountIds',
      body: {
        AccountIds: ['7'],
        DownloadEntities: ['Campaigns', 'Keywords'],
        DataScope: 'EntityData',
        DownloadFileType: 'Csv',
        CompressionType: 'Zip',
        FormatVersion: '6.0',
      },
    })
  })

  test('of some campaigns names them instead of the account', () => {
    const { path, body } = toBulkRequest({ entities: ['ads'], campaigns: ['5', '6'] }, '7')
    expect(path).toBe('Campaigns/DownloadByCampaignIds')
    expect(body).toMatchObject({
      Campaigns: [
        { CampaignId: '5', ParentAccountId: '7' },
        { CampaignId: '6', ParentAccountId: '7' },
      ],
    })
    expect(body).not.toHaveProperty('AccountIds')
  })

  test('of a delta has its time in UTC', () => {
    const changedSince = '2026-11-20T12:00:00+02:00'
    const { body } = toBulkRequest({ entities: ['ads'], changedSince }, '7')
    expect(body).toMatchObject({ LastSyncTimeInUTC: '2026-11-20T10:00:00.000Z' })
  })

  test.each([
    [['targets'], ['CampaignTargetCriterions', 'AdGroupTargetCriterions']],
    [['audiences'], ['Audiences', 'CampaignAudienceAssociations', 'AdGroupAudienceAssociations']],
    [['assets'], ['AssetGroups', 'Images', 'Videos']],
    [
      ['adGroups', 'SitelinkAdExtensions'],
      ['AdGroups', 'SitelinkAdExtensions'],
    ],
    [['ads', 'Ads', 'ads'], ['Ads']],
  ])('for %j names %j', (entities, DownloadEntities) => {
    expect(toBulkRequest({ entities }, '7').body).toMatchObject({ DownloadEntities })
  })

  test('can have each of the usual names, and they stand for names of Microsoft’s', () => {
    const entities = ['campaigns', 'adGroups', 'ads', 'keywords', 'targets', 'audiences', 'assets']
    expect(downloadBody.safeParse({ entities }).success).toBe(true)
    const { DownloadEntities } = toBulkRequest({ entities }, '7').body as { DownloadEntities: string[] }
    for (const name of DownloadEntities) expect(name).toMatch(/^[A-Z]/)
  })

  test.each([
    [{ entities: ['campaigns', 'SitelinkAdExtensions'], changedSince: '2026-11-20T00:00:00Z' }, true],
    [{ entities: ['ads'], campaigns: ['5'] }, true],
    [{ entities: ['ads'], campaigns: [] }, false],
    [{ report: wish, campaigns: ['5'] }, false],
    [{ entities: ['campaign'] }, false],
    [{ entities: ['constructor'] }, false],
    [{ entities: [] }, false],
    [{ entities: ['ads'], changedSince: '2026-11-20' }, false],
    [{ entities: ['ads'], report: wish }, false],
    [{ report: wish, changedSince: '2026-11-20T00:00:00Z' }, false],
    [{ accountId: '7' }, false],
  ])('%j is accepted: %s', (body, isAccepted) => {
    expect(downloadBody.safeParse(body).success).toBe(isAccepted)
  })
})
