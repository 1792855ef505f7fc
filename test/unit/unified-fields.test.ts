import { describe, expect, test } from 'vitest'
import { reportColumns } from '../../local/advertising/reports/columns.ts'
import { normalizedNotes } from '../../scripts/normalizedNotes.ts'
import type { Row, RowAccount } from '../../shared/unified/field.ts'
import { type UnifiedKindName, unifiedKinds } from '../../shared/unified/objects.ts'
import { toAccountRow } from '../../shared/unified/organization.ts'
import { dimensionColumns, metricColumns } from '../../shared/unified/report.ts'
import { toUnified } from '../../shared/unified/toUnified.ts'

const words = (text: string) => text.trim().split(/\s+/)

/** The fields of each type, besides `raw` (unified-typescript-sdk at 2c5cfb23, `models/operations/listads*.ts`). */
const unifiedFields: Readonly<Record<UnifiedKindName, string>> = {
  organizations: `id created_at updated_at name currency timezone parent_id status account_number managers`,
  campaigns: `id created_at updated_at name organization_id status effective_status start_at end_at budget_amount
    budget_period budget_unit total_spend_amount targeting goal planned_spend_amount frequency_cap
    advertising_channel_type campaign_budget_identifier currency category has_eu_political_ads labels`,
  groups: `id created_at updated_at name parent_id campaign_id organization_id insertionorder_id status effective_status
    targeting bid_amount bid_strategy budget_amount budget_period budget_allocation_type start_at end_at budget_unit
    budget_max_amount type has_eu_political_ads pacing frequency_cap creative_ids optimization_goal billing_event currency
    promoted language_locale creative_selection`,
  ads: `id created_at updated_at name campaign_id group_id organization_id status ad_type advertiser_name creative_ids
    creative_asset_url ad_copy headline description cta final_url display_url path1 path2 promoted logo_creative_id`,
  creatives: `id created_at updated_at name campaign_id group_id item_id organization_id status creative_type
    hosting_source width height asset_urls link_url url_tags body title cta third_party_tag vast_tag_url
    external_creative_reference external_placement_reference external_ad_reference promoted path1 path2 data labels`,
  targets: `id name type is_active parent_id audience_count_min audience_count_max`,
  reports: `id created_at updated_at currency metrics start_at end_at organization_id`,
}

/** Every word that a field of a type can be (the same repository, `models/shared/ads*.ts`). */
const unifiedWords = new Set<unknown>(
  words(`ACTIVE PAUSED ARCHIVED DRAFT SCHEDULED_FOR_DELETION PROCESSING PROCESSING_FAILED SERVING LIMITED LEARNING PENDING
    ENDED MISCONFIGURED NOT_ELIGIBLE REMOVED TEXT IMAGE VIDEO RESPONSIVE SHOPPING APP CALL CAROUSEL SOCIAL DISPLAY SEARCH
    AUDIO YOUTUBE NATIVE CTV DOOH DAILY MONTHLY TOTAL LIFETIME CURRENCY IMPRESSIONS OPTIMIZED ROUND_ROBIN INTEREST BEHAVIOR
    LOCALE COUNTRY REGION CITY ZIP US_DMA TOPIC USER_LIST CARRIER DEVICE_MODEL OS_VERSION`),
)

/** The fields of the records (the pages of bulk-service at a21125df, named after the records). */
const bulkFields = new Set(
  `Type,Ad Group,Ad Group Type,Ad Rotation,Audience,Budget,Budget Id,Budget Type,Business Name,Call To Action,Campaign
  Campaign Type,Cpc Bid,Description,Display Url,End Date,Final Url,Headline,Height,Id,Images,Is Political,Modified Time,Parent Id
  Path 1,Path 2,Source Url,Start Date,Status,Sub Type,Text,Text Part 2,Title,Url,Width`.split(/,|\n\s*/),
)

/** The elements of accounts (customer-management-service/advertiseraccount.md). */
const accountElements = new Set(
  words(`Id Name Number ParentCustomerId CurrencyCode TimeZone AccountLifeCycleStatus AccountFinancialStatus AccountMode
    LastModifiedTime`),
)

const kinds = Object.keys(unifiedKinds) as UnifiedKindName[]
const account: RowAccount = { accountId: '180001001', currencyCode: 'EUR', ianaTimeZone: 'Europe/Berlin' }
const owner = { tenant: 'acme', account }

const fieldOf = (kind: UnifiedKindName, field: string, row: Row, of = account) =>
  toUnified(unifiedKinds[kind], row, { owner: { ...owner, account: of } })[field]

describe.each(kinds)('the fields of %s', (kind) => {
  test('are Unified.to’s, with the row and its writing', () => {
    const members = Object.keys(toUnified(unifiedKinds[kind], {}, { owner }))
    expect(members.toSorted()).toEqual([...words(unifiedFields[kind]), 'raw', 'write'].toSorted())
  })

  test('are read from Microsoft’s own', () => {
    const known =
      kind === 'organizations'
        ? accountElements
        : kind === 'reports'
          ? reportColumns.AdPerformanceReportRequest
          : bulkFields
    const ofOthers = ['Account.Id', 'Account.CurrencyCode', 'Ad Group.Parent Id']
    const columns = Object.values(unifiedKinds[kind].fields).flatMap((field) => field?.from ?? [])
    expect(columns.filter((column) => !known?.has(column) && !ofOthers.includes(column))).toEqual([])
  })

  test('have Unified.to’s words', () => {
    const found = Object.values(unifiedKinds[kind].fields).flatMap((field) =>
      Object.values(field?.words ?? {}),
    )
    const isOther = (word: unknown) => word !== null && typeof word !== 'boolean' && !unifiedWords.has(word)
    expect(found.filter(isOther)).toEqual([])
  })

  test('are all null if Microsoft sent nothing', () => {
    const {
      raw,
      write: _write,
      metrics = null,
      ...fields
    } = toUnified(
      unifiedKinds[kind],
      {},
      {
        owner: { ...owner, account: {} },
      },
    )
    expect(raw).toEqual({})
    if (kind !== 'reports') expect(metrics).toBeNull()
    expect(Object.values(fields).filter((value) => value !== null)).toEqual([])
  })

  test('have no notes of fields that aren’t there', () => {
    const fields = Object.keys(unifiedKinds[kind].fields)
    expect(Object.keys(normalizedNotes[kind]).filter((name) => !fields.includes(name))).toEqual([])
  })
})

describe('an organization', () => {
  const row = toAccountRow({
    accountId: '180001001',
    number: 'F1234567',
    name: 'Acme Shoes',
    customerId: '251001002',
    customerName: 'Agency',
    ownerCustomerId: '251001001',
    lifeCycleStatus: 'Active',
    accountMode: 'Expert',
    currencyCode: 'USD',
    timeZone: 'PacificTimeUSCanadaTijuana',
    financialStatus: 'ClearFinancialStatus',
    lastModifiedAt: '2026-11-01T09:00:00.000Z',
    linked: true,
    usable: true,
  })

  test('is an account, of the customer that owns it', () => {
    expect(toUnified(unifiedKinds.organizations, row, { owner: { tenant: 'acme', account: {} } })).toEqual({
      id: '180001001',
      created_at: null,
      updated_at: '2026-11-01T09:00:00.000Z',
      name: 'Acme Shoes',
      currency: 'USD',
      timezone: 'America/Los_Angeles',
      parent_id: '251001001',
      status: 'ACTIVE',
      account_number: 'F1234567',
      managers: null,
      raw: row,
      write: { methods: ['PUT', 'DELETE'], path: '/v1/tenants/acme/ads/customerManagement/Account' },
    })
  })

  test.each([
    ['Pause', 'PAUSED'],
    ['Draft', 'DRAFT'],
    ['Pending', 'PROCESSING'],
    ['Inactive', 'ARCHIVED'],
    ['Suspended', null],
    ['constructor', null],
  ])('that is %s has the status %s', (status, expected) => {
    expect(fieldOf('organizations', 'status', { AccountLifeCycleStatus: status })).toBe(expected)
  })
})

describe('a field', () => {
  test.each<[UnifiedKindName, string, Row, unknown]>([
    ['campaigns', 'id', { Id: '18014398509481985' }, '18014398509481985'],
    ['campaigns', 'organization_id', { 'Parent Id': '180001001' }, '180001001'],
    ['campaigns', 'name', { Campaign: 'Shoes' }, 'Shoes'],
    ['campaigns', 'status', { Status: 'Active' }, 'ACTIVE'],
    ['campaigns', 'status', { Status: 'BudgetPaused' }, 'PAUSED'],
    ['campaigns', 'status', { Status: 'BudgetAndManualPaused' }, 'PAUSED'],
    ['campaigns', 'status', { Status: 'Suspended' }, null],
    ['campaigns', 'status', { Status: 'Deleted' }, null],
    ['campaigns', 'effective_status', { Status: 'Active' }, null],
    ['campaigns', 'effective_status', { Status: 'BudgetPaused' }, 'LIMITED'],
    ['campaigns', 'effective_status', { Status: 'Suspended' }, 'NOT_ELIGIBLE'],
    ['campaigns', 'effective_status', { Status: 'Deleted' }, 'REMOVED'],
    ['campaigns', 'budget_amount', { Budget: 50.5 }, 50.5],
    ['campaigns', 'budget_amount', { Budget: 'delete_value' }, null],
    ['campaigns', 'budget_period', { 'Budget Type': 'DailyBudgetAccelerated' }, 'DAILY'],
    ['campaigns', 'budget_period', { 'Budget Type': 'LifetimeBudgetStandard' }, 'LIFETIME'],
    ['campaigns', 'budget_unit', { 'Budget Type': 'DailyBudgetStandard' }, 'CURRENCY'],
    ['campaigns', 'campaign_budget_identifier', { 'Budget Id': '7001' }, '7001'],
    ['campaigns', 'campaign_budget_identifier', { 'Budget Id': '0' }, null],
    ['campaigns', 'advertising_channel_type', { 'Campaign Type': 'Search' }, 'SEARCH'],
    ['campaigns', 'advertising_channel_type', { 'Campaign Type': 'App' }, 'APP'],
    ['campaigns', 'advertising_channel_type', { 'Campaign Type': 'Shopping' }, 'SHOPPING'],
    ['campaigns', 'advertising_channel_type', { 'Campaign Type': 'PerformanceMax' }, null],
    ['campaigns', 'advertising_channel_type', { 'Campaign Type': 'Audience' }, null],
    ['campaigns', 'has_eu_political_ads', { 'Is Political': 'False' }, false],
    ['campaigns', 'has_eu_political_ads', { 'Is Political': 'True' }, null],
    ['campaigns', 'updated_at', { 'Modified Time': '2026-11-02T09:30:00.123Z' }, '2026-11-02T09:30:00.123Z'],
    ['campaigns', 'updated_at', { 'Modified Time': 'yesterday' }, null],
    ['campaigns', 'updated_at', { 'Modified Time': '2026-99-99T00:00:00Z' }, null],
    ['campaigns', 'currency', {}, 'EUR'],
    ['groups', 'organization_id', {}, '180001001'],
    ['groups', 'campaign_id', { 'Parent Id': '1801' }, '1801'],
    ['groups', 'name', { 'Ad Group': 'Red' }, 'Red'],
    ['groups', 'status', { Status: 'Expired' }, null],
    ['groups', 'effective_status', { Status: 'Expired' }, 'ENDED'],
    ['groups', 'effective_status', { Status: 'Paused' }, 'PAUSED'],
    ['groups', 'bid_amount', { 'Cpc Bid': 0.5 }, 0.5],
    ['groups', 'type', { 'Ad Group Type': 'SearchStandard' }, 'SEARCH'],
    ['groups', 'type', { 'Ad Group Type': 'SearchDynamic' }, null],
    ['groups', 'creative_selection', { 'Ad Rotation': 'OptimizeForClicks' }, 'OPTIMIZED'],
    ['groups', 'creative_selection', { 'Ad Rotation': 'RotateAdsEvenly' }, 'ROUND_ROBIN'],
    ['groups', 'start_at', { 'Start Date': '2026-07-01' }, '2026-06-30T22:00:00.000Z'],
    ['groups', 'end_at', { 'End Date': '2026-12-31' }, '2026-12-31T22:59:59.000Z'],
    ['groups', 'start_at', { 'Start Date': '2026-07-01T00:00:00' }, null],
    ['ads', 'group_id', { 'Parent Id': '1300' }, '1300'],
    ['ads', 'ad_type', { Type: 'Responsive Search Ad' }, 'RESPONSIVE'],
    ['ads', 'ad_type', { Type: 'Expanded Text Ad' }, 'TEXT'],
    ['ads', 'ad_type', { Type: 'Product Ad' }, 'SHOPPING'],
    ['ads', 'ad_type', { Type: 'Hotel Ad' }, null],
    ['ads', 'headline', { Type: 'Text Ad', Title: 'Shoes' }, 'Shoes'],
    ['ads', 'headline', { Type: 'Responsive Ad', Headline: 'Shoes' }, 'Shoes'],
    ['ads', 'headline', { Type: 'Responsive Search Ad', Headline: '[{"text":"Shoes"}]' }, null],
    ['ads', 'headline', { Type: 'Expanded Text Ad', 'Title Part 1': 'Shoes' }, null],
    ['ads', 'description', { Type: 'Text Ad', Text: 'Find them.' }, 'Find them.'],
    ['ads', 'description', { Type: 'Expanded Text Ad', Text: 'Find them.', 'Text Part 2': 'Now.' }, null],
    ['ads', 'description', { Type: 'Responsive Search Ad', Description: '[{"text":"Find them."}]' }, null],
    ['ads', 'final_url', { 'Final Url': 'https://a.example/x; https://b.example/' }, 'https://a.example/x'],
    ['ads', 'display_url', { 'Display Url': 'a.example' }, 'a.example'],
    ['ads', 'path1', { 'Path 1': 'shoes' }, 'shoes'],
    ['ads', 'path2', { 'Path 2': 'red' }, 'red'],
    ['ads', 'cta', { 'Call To Action': 'Act Now' }, 'Act Now'],
    ['ads', 'advertiser_name', { 'Business Name': 'Acme' }, 'Acme'],
    [
      'ads',
      'creative_ids',
      { Images: '[{"id":18014398509481985,"subType":"OriginalImage"},{"id": 18014398509481985},{"id":"7"}]' },
      ['18014398509481985', '7'],
    ],
    ['creatives', 'name', { Text: 'A bridge' }, 'A bridge'],
    ['creatives', 'creative_type', { Type: 'Image' }, 'IMAGE'],
    ['creatives', 'asset_urls', { Url: 'https://a.example/1.jpg' }, ['https://a.example/1.jpg']],
    ['creatives', 'name', { Type: 'Video', Description: 'Over the bridge' }, 'Over the bridge'],
    ['creatives', 'creative_type', { Type: 'Video' }, 'VIDEO'],
    ['creatives', 'status', { Type: 'Video', Status: 'Failed' }, 'PROCESSING_FAILED'],
    ['creatives', 'status', { Type: 'Video', Status: 'Draft' }, 'DRAFT'],
    [
      'creatives',
      'asset_urls',
      { Type: 'Video', Url: 'https://b.example/', 'Source Url': 'https://a.example/1.mp4' },
      ['https://a.example/1.mp4'],
    ],
    ['creatives', 'width', { Width: 703 }, 703],
    ['creatives', 'height', { Height: 368 }, 368],
    ['targets', 'name', { Audience: 'Visitors' }, 'Visitors'],
    ['targets', 'type', { Type: 'Remarketing List' }, 'USER_LIST'],
    ['targets', 'type', { Type: 'In Market Audience' }, 'INTEREST'],
    ['targets', 'type', { Type: 'Campaign Location Criterion', 'Sub Type': 'State' }, 'REGION'],
    ['targets', 'type', { Type: 'Ad Group Location Criterion', 'Sub Type': 'MetroArea' }, 'US_DMA'],
    ['targets', 'type', { Type: 'Campaign Location Criterion', 'Sub Type': 'County' }, null],
    ['targets', 'type', { Type: 'Ad Group Age Criterion', 'Sub Type': 'City' }, null],
    ['targets', 'type', { Type: 'Ad Group Topic Criterion' }, 'TOPIC'],
    ['targets', 'is_active', { Status: 'Active' }, true],
    ['targets', 'is_active', { Status: 'Deleted' }, false],
    ['reports', 'start_at', { TimePeriod: '2026-11-01' }, '2026-10-31T23:00:00.000Z'],
    ['reports', 'end_at', { TimePeriod: '2026-11-01' }, '2026-11-01T22:59:59.000Z'],
  ])('of %s: %s of %j is %j', (kind, field, row, expected) => {
    expect(fieldOf(kind, field, row)).toEqual(expected)
  })

  test.each([
    ['America/Los_Angeles', '2026-11-01T07:00:00.000Z', '2026-11-02T07:59:59.000Z'],
    ['Asia/Kolkata', '2026-10-31T18:30:00.000Z', '2026-11-01T18:29:59.000Z'],
    ['Pacific/Auckland', '2026-10-31T11:00:00.000Z', '2026-11-01T10:59:59.000Z'],
    [undefined, null, null],
  ])('that is a day begins and ends where the account is: %s', (ianaTimeZone, begin, end) => {
    const row = { 'Start Date': '2026-11-01', 'End Date': '2026-11-01' }
    expect(fieldOf('groups', 'start_at', row, { ianaTimeZone })).toBe(begin)
    expect(fieldOf('groups', 'end_at', row, { ianaTimeZone })).toBe(end)
  })
})

describe('an object', () => {
  test('has its row without what is empty', () => {
    const raw = { Type: 'Campaign', Id: '1', 'Store Id': '7' }
    expect(fieldOf('campaigns', 'raw', { ...raw, Website: null })).toEqual(raw)
  })

  test.each<[UnifiedKindName, string, string | null, (readonly string[])?]>([
    ['campaigns', 'Campaign', 'Campaigns'],
    ['groups', 'Ad Group', 'AdGroups'],
    ['ads', 'Text Ad', 'Ads'],
    ['creatives', 'Image', 'Media', ['DELETE']],
    ['creatives', 'Video', 'Videos'],
    ['targets', 'Campaign Location Criterion', 'CampaignCriterions'],
    ['targets', 'Ad Group Age Criterion', 'AdGroupCriterions'],
    ['targets', 'Remarketing List', 'Audiences'],
    ['targets', 'Customer List', 'Audiences', ['DELETE']],
    ['targets', 'In Market Audience', null],
    ['reports', '', null],
  ])('of %s, a %s, is written by %s', (kind, type, path, methods = ['PUT', 'DELETE']) => {
    const headers = { 'X-Account-Id': '180001001' }
    expect(fieldOf(kind, 'write', { Type: type })).toEqual(
      path && { methods, path: `/v1/tenants/acme/ads/campaignManagement/${path}`, headers },
    )
  })
})

describe('a report', () => {
  const row = {
    TimePeriod: '2026-11-01',
    CampaignId: '1801',
    CampaignName: 'Shoes',
    AdGroupId: '1300',
    AdGroupName: 'Red',
    AdId: '76',
    Impressions: 120,
    Ctr: 2.13,
    ReturnOnAdSpend: null,
  }

  test('has a metric for each number, with what it is about', () => {
    const shared = {
      dimension: 'DATE',
      dimension_value: '2026-11-01',
      campaign: { id: '1801', name: 'Shoes' },
      group: { id: '1300', name: 'Red' },
      ad: { id: '76', name: null },
    }
    expect(fieldOf('reports', 'metrics', row)).toEqual([
      { type: 'IMPRESSIONS', value: 120, ...shared },
      { type: 'CTR', value: 2.13, ...shared },
      { type: 'ROAS', value: null, ...shared },
    ])
  })

  test('of no dimension says so', () => {
    const { CampaignId, Impressions } = row
    expect(fieldOf('reports', 'metrics', { CampaignId, Impressions })).toEqual([
      {
        ...{ type: 'IMPRESSIONS', value: 120, dimension: null, dimension_value: null },
        campaign: { id: '1801', name: null },
      },
    ])
  })

  test.each(['CampaignPerformance', 'AdGroupPerformance', 'AdPerformance'])(
    'has each metric and dimension in %s',
    (type) => {
      const known = reportColumns[`${type}ReportRequest`]
      const columns = [...Object.values(metricColumns), ...Object.values(dimensionColumns)]
      expect(columns.filter((column) => !known?.has(column))).toEqual([])
    },
  )
})
