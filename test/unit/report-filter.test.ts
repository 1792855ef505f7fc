import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { downloadBody } from '../../shared/downloads/downloadRequest.ts'
import { filterElements } from '../../shared/downloads/filterElements.ts'
import { type ReportWish, toReportRequest } from '../../shared/downloads/reportRequest.ts'

/**
 * The filters of Microsoft's reports, taken from the schemas in MicrosoftDocs/Advertising at a21125df
 * (`reporting-service/*reportrequest.md`, `*reportfilter.md`): each report's elements with their types, null if the request
 * has no filter; and each type's words.
 */
const documented: {
  readonly reports: Readonly<Record<string, Readonly<Record<string, string>> | null>>
  readonly values: Readonly<Record<string, string>>
} = JSON.parse(readFileSync(`${import.meta.dirname}/documentedFilters.json`, 'utf8'))

const wish: ReportWish = { type: 'CampaignPerformance', columns: ['Clicks'], period: 'LastSevenDays' }

const parse = (type: string, filter: object) => downloadBody.safeParse({ report: { ...wish, type, filter } })

const faultsOf = (type: string, filter: object) =>
  parse(type, filter).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)

const samples: Readonly<Record<string, readonly string[]>> = {
  'string[]': ['red shoes', 'DE'],
  'int[]': ['7', '10'],
  'long[]': ['9223372036854775807'],
  boolean: ['true'],
}

const elements = Object.entries(documented.reports).flatMap(([type, own]) =>
  Object.entries(own ?? {}).map(([element, kind]) => [type, element, kind] as const),
)

describe('the filter', () => {
  test('is known for each type of report', () => {
    expect(Object.keys(filterElements).toSorted()).toEqual(Object.keys(documented.reports).toSorted())
    expect(Object.keys(filterElements)).toHaveLength(48)
  })

  test('takes each documented element with all its values, and names them for any other', () => {
    for (const [type, element, kind] of elements) {
      const words = documented.values[kind]?.split(' ')
      expect(faultsOf(type, { [element]: words ?? samples[kind] }), `${type} ${element}`).toBeUndefined()
      if (!words) continue
      const [fault] = faultsOf(type, { [element]: ['Sleeping'] }) ?? []
      expect(fault).toContain(`report.filter.${element}.0: must be one of ${words.toSorted().join(', ')}`)
    }
  })

  test('takes no element of another report, and names its own', () => {
    const all = new Set(elements.map(([, element]) => element))
    for (const [type, own] of Object.entries(documented.reports)) {
      for (const element of all) {
        if (own?.[element]) continue
        const [fault] = faultsOf(type, { [element]: ['Active'] }) ?? []
        expect(fault).toContain(`report.filter.${element}: isn’t an element of the filter of ${type}`)
        for (const right of Object.keys(own ?? {})) expect(fault).toMatch(new RegExp(`\\b${right}\\b`))
      }
    }
  })

  test.each<[string, object, string]>([
    [
      'CampaignPerformance',
      { AdStatus: ['Active'] },
      'There are AccountStatus, AdDistribution, DeviceOS, DeviceType, Status',
    ],
    [
      'CampaignPerformance',
      { Status: ['Active', 'Expired'] },
      'Status.1: must be one of Active, BudgetPaused,',
    ],
    [
      'AdGroupPerformance',
      { Status: ['BudgetPaused'] },
      'Status.0: must be one of Active, Deleted, Expired, Paused',
    ],
    ['CampaignPerformance', { Status: ['active'] }, 'Status.0: must be one of'],
    ['CampaignPerformance', { constructor: ['Active'] }, 'constructor: isn’t an element'],
    [
      'AssetPerformance',
      { AccountStatus: ['Active'] },
      'isn’t an element of the filter of AssetPerformance, and no other',
    ],
    ['NewPerformance', { Status: ['Active'] }, 'report.filter: isn’t known for the report NewPerformance'],
    ['constructor', { Status: ['Active'] }, 'isn’t known for the report constructor'],
    ['KeywordPerformance', { QualityScore: ['good'] }, 'QualityScore: must be whole numbers'],
    ['GoalsAndFunnels', { GoalIds: ['one'] }, 'GoalIds: must be IDs'],
    ['SearchQueryPerformance', { ExcludeZeroClicks: ['true', 'false'] }, 'must be ["true"] or ["false"]'],
    ['CampaignPerformance', { Status: [] }, 'report.filter.Status'],
    ['CampaignPerformance', { Status: 'Active' }, 'report.filter.Status'],
  ])('of a %s report can’t be %j', (type, filter, fault) => {
    expect(faultsOf(type, filter)?.join()).toContain(fault)
  })

  test('has at most ten faults, no matter how long it is', () => {
    const elements = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`E${at}`, ['x']]))
    expect(faultsOf('CampaignPerformance', elements)).toHaveLength(10)
  })

  test('is Microsoft’s: words with commas, numbers, IDs, texts, and what is true', () => {
    const filterOf = (type: string, filter: ReportWish['filter']) =>
      (toReportRequest({ ...wish, type, filter }, '7') as { Filter?: object }).Filter
    expect(
      filterOf('KeywordPerformance', {
        ...{ KeywordStatus: ['Active', 'Paused'], QualityScore: ['7', '8'], Keywords: ['red, shoes'] },
      }),
    ).toEqual({ KeywordStatus: 'Active,Paused', QualityScore: [7, 8], Keywords: ['red, shoes'] })
    expect(filterOf('CampaignPerformance', { Status: ['Active'] })).toEqual({ Status: 'Active' })
    expect(filterOf('GoalsAndFunnels', { GoalIds: ['9223372036854775807'] })).toEqual({
      GoalIds: ['9223372036854775807'],
    })
    const zero = { ExcludeZeroClicks: ['false'] }
    expect(filterOf('SearchQueryPerformance', zero)).toEqual({ ExcludeZeroClicks: false })
    expect(filterOf('CampaignPerformance', {})).toBeUndefined()
    expect(filterOf('NewPerformance', undefined)).toBeUndefined()
  })
})
