import { describe, expect, test } from 'vitest'
import { entitiesQuery, reportsQuery } from '../../shared/http/unifiedQuery.ts'
import { toReportWish } from '../../shared/unified/reportWish.ts'

const query = { start_gte: '2026-11-01', end_lt: '2026-11-08', type: ['CLICKS', 'CTR'] } as const

describe('a report in Microsoft’s terms', () => {
  test('is of campaigns, the days before the end, and the account’s time zone', () => {
    expect(toReportWish({ ...query, dimension: 'DATE' }, 'Brisbane')).toEqual({
      type: 'CampaignPerformance',
      columns: ['TimePeriod', 'CampaignId', 'CampaignName', 'Clicks', 'Ctr'],
      from: '2026-11-01',
      to: '2026-11-07',
      timeZone: 'Brisbane',
    })
  })

  test('is of an ad group, or of an ad, in a campaign', () => {
    const of = { campaign_id: '1801', group_id: '1300' }
    expect(toReportWish({ ...query, ...of }, undefined)).toEqual({
      type: 'AdGroupPerformance',
      columns: ['CampaignId', 'CampaignName', 'AdGroupId', 'AdGroupName', 'Clicks', 'Ctr'],
      from: '2026-11-01',
      to: '2026-11-07',
      campaigns: ['1801'],
    })
    expect(toReportWish({ ...query, ad_id: '76' }, undefined)).toMatchObject({
      type: 'AdPerformance',
      columns: ['CampaignId', 'CampaignName', 'AdGroupId', 'AdGroupName', 'AdId', 'Clicks', 'Ctr'],
    })
  })

  test.each([
    ['2026-11-01T00:00:00Z', '2026-11-08T00:00:00Z', '2026-11-01', '2026-11-07'],
    ['2026-11-01T00:00:00+01:00', '2026-11-08T00:00:00.000+01:00', '2026-11-01', '2026-11-07'],
    ['2026-11-01T12:00:00Z', '2026-11-08T00:00:01Z', '2026-11-01', '2026-11-08'],
    ['2026-03-01', '2026-03-01T23:59:59Z', '2026-03-01', '2026-03-01'],
    ['2026-02-01', '2026-03-01', '2026-02-01', '2026-02-28'],
  ])('from %s to before %s has the days from %s to %s', (start_gte, end_lt, from, to) => {
    expect(toReportWish({ ...query, start_gte, end_lt }, undefined)).toMatchObject({ from, to })
  })

  test.each([
    ['AthensBuckarestIstanbul', 'AthensIslandanbulMinsk'],
    ['IslamabadKarachiTashkent', 'IslandamabadKarachiTashkent'],
    ['MidwayIslandAndSamoa', 'MidwayIslandandSamoa'],
    ['SolomonIslandNewCaledonia', 'MagadanSolomonIslandNewCaledonia'],
    ['Brasilia', 'Brasilia'],
  ])('has the time zone %s as %s', (zone, expected) => {
    expect(toReportWish(query, zone).timeZone).toBe(expected)
  })
})

test.each([
  ['2026-11-01', '2026-11-02', undefined],
  ['2026-11-01', '2026-11-01T00:00:01Z', undefined],
  ['2026-11-01', '2026-11-01', 'end_lt'],
  ['2026-11-01T12:00:00Z', '2026-11-01T00:00:00Z', 'end_lt'],
  ['2026-11-02', '2026-11-01', 'end_lt'],
  ['0000-01-01', '0000-01-01', 'end_lt'],
  ['2026-02-30', '2026-03-02', 'start_gte'],
  ['2026-04-01', '2026-04-31T00:00:00Z', 'end_lt'],
])('a query from %s to before %s is refused at %s', (start_gte, end_lt, field) => {
  const { error } = reportsQuery.safeParse({ start_gte, end_lt })
  expect(error?.issues[0]?.path[0]).toBe(field)
})

test.each([
  ['ACTIVE', true],
  ['NOT_ELIGIBLE', true],
  ['Active', false],
  ['active', false],
  ['1', false],
  ['__proto__', false],
])('a filter by the word %j is accepted: %s', (status, isAccepted) => {
  expect(entitiesQuery.safeParse({ status }).success).toBe(isAccepted)
})
