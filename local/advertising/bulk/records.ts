import {
  type Ad,
  type AdGroup,
  adGroupsOf,
  adsOf,
  type Campaign,
  campaignsOf,
  type Keyword,
  keywordsOf,
} from '../inventory/entities.ts'
import { firstModifiedAt, type Inventory } from '../inventory/inventory.ts'

/** A record: its fields that aren't empty, by the names of {@link import('./columns.ts').bulkColumns}. */
export type BulkRecord = Readonly<Record<string, string>>

/** What is downloaded. */
export interface Wanted {
  /** The types of records, for example `Ad Group`. */
  readonly types: ReadonlySet<string>
  /** Only what changed after this time, deleted ones too; null for everything that isn't deleted. */
  readonly since: Date | null
  /** Only these campaigns and what's in them; null for all. The account's library is there in both cases. */
  readonly campaignIds: ReadonlySet<string> | null
  /** Whether keywords have their scores. */
  readonly withQuality: boolean
}

/**
 * The records of an account, parents first. Below a deleted campaign or ad group a delta has nothing, and of criterions it
 * has all that are active once their parent changed (bulk-service/downloadcampaignsbyaccountids).
 */
export function* recordsOf(inventory: Inventory, wanted: Wanted): Generator<BulkRecord> {
  const isNew = (modifiedAt: Date) => wanted.since === null || modifiedAt > wanted.since
  if (isNew(firstModifiedAt)) yield* libraryOf(inventory, wanted)
  for (const campaign of campaignsOf(inventory)) {
    if (wanted.campaignIds && !wanted.campaignIds.has(campaign.id)) continue
    const isHere = campaign.status !== 'Deleted'
    if (isNew(campaign.modifiedAt) && (isHere || wanted.since))
      yield* campaignRecords(inventory, campaign, wanted)
    if (!isHere) continue
    for (const adGroup of adGroupsOf(inventory, campaign))
      yield* below(inventory, adGroup, { ...wanted, isNew })
  }
}

interface Filter extends Wanted {
  isNew(modifiedAt: Date): boolean
}

function* below(inventory: Inventory, adGroup: AdGroup, filter: Filter): Generator<BulkRecord> {
  const { isNew, since, types } = filter
  const isHere = adGroup.status !== 'Deleted'
  if (isNew(adGroup.modifiedAt) && (isHere || since)) yield* only(types, adGroupRecords(inventory, adGroup))
  if (!isHere) return
  const isListed = ({ status, modifiedAt }: { status: string; modifiedAt: Date }) =>
    isNew(modifiedAt) && (status !== 'Deleted' || since !== null)
  for (const ad of adsOf(inventory, adGroup)) if (isListed(ad) && types.has(ad.type)) yield adRecord(ad)
  if (!types.has('Keyword')) return
  for (const keyword of keywordsOf(inventory, adGroup)) {
    if (isListed(keyword)) yield keywordRecord(keyword, filter.withQuality)
  }
}

function* only(types: ReadonlySet<string>, records: Iterable<BulkRecord>): Generator<BulkRecord> {
  for (const record of records) if (types.has(record.Type!)) yield record
}

/** What belongs to the account and not to a campaign. */
function* libraryOf({ accountId }: Inventory, { types }: Wanted): Generator<BulkRecord> {
  const own = { Status: 'Active', 'Parent Id': String(accountId), 'Modified Time': timeText(firstModifiedAt) }
  yield* only(types, [
    {
      ...own,
      ...shared(accountId, 1),
      Type: 'Budget',
      'Budget Name': 'Shared',
      Budget: '120.00',
      'Budget Type': daily,
    },
    {
      ...own,
      ...shared(accountId, 2),
      Type: 'Remarketing List',
      Audience: 'Visitors',
      Description: 'Everyone who came, once',
      'Membership Duration': '30',
      Scope: 'Account',
    },
    {
      ...own,
      ...shared(accountId, 3),
      Type: 'In Market Audience',
      Audience: 'Travel/Hotels',
      Scope: 'Account',
    },
    {
      ...own,
      ...shared(accountId, 4),
      Type: 'Image',
      Text: 'A bridge',
      Url: 'https://example.com/bridge.jpg',
    },
    {
      ...own,
      ...shared(accountId, 5),
      Type: 'Video',
      Description: 'Over the bridge',
      'Source Url': 'https://example.com/bridge.mp4',
      'Aspect Ratio': '16:9',
      'Duration In Milliseconds': '15000',
    },
  ])
}

const daily = 'DailyBudgetStandard'

/** Ids of the account's library. */
function shared(accountId: bigint, kind: number): BulkRecord {
  return { Id: String(800_000_000_000 + Number(accountId % 1_000_000_000n) * 10 + kind) }
}

function* campaignRecords(
  { accountId }: Inventory,
  campaign: Campaign,
  { types }: Wanted,
): Generator<BulkRecord> {
  const { id, name, status, type, modifiedAt } = campaign
  const time = { 'Modified Time': timeText(modifiedAt) }
  const all: BulkRecord[] = [
    {
      Type: 'Campaign',
      Status: status,
      Id: id,
      'Parent Id': String(accountId),
      Campaign: name,
      'Campaign Type': type,
      Budget: '50.00',
      'Budget Type': daily,
      Language: 'English',
      'Bid Strategy Type': type === 'Audience' ? 'ManualCpc' : 'EnhancedCpc',
      'Custom Parameter': '{_promoCode}=PROMO1; {_season}=summer',
      ...time,
    },
  ]
  const child = { 'Parent Id': id, Campaign: name, Status: 'Active', ...time }
  if (status !== 'Deleted') {
    all.push({
      ...child,
      Type: 'Campaign Negative Keyword',
      Id: `${id}1`,
      Keyword: 'free',
      'Match Type': 'Exact',
    })
    const place = { 'Sub Type': 'Country', Target: '190', 'Bid Adjustment': '20' }
    all.push({ ...child, Type: 'Campaign Location Criterion', Id: `${id}2`, ...place })
    all.push({
      ...child,
      Type: 'Campaign Remarketing List Association',
      Id: `${id}3`,
      'Bid Adjustment': '5',
      'Audience Id': shared(accountId, 2).Id!,
      Audience: 'Visitors',
    })
  }
  yield* only(types, all)
}

function* adGroupRecords({ accountId }: Inventory, adGroup: AdGroup): Generator<BulkRecord> {
  const { id, name, status, campaign, modifiedAt } = adGroup
  const time = { 'Modified Time': timeText(modifiedAt) }
  const own = { Status: status, Id: id, 'Parent Id': campaign.id, Campaign: campaign.name, ...time }
  if (campaign.type === 'PerformanceMax') {
    yield {
      ...own,
      Type: 'Asset Group',
      'Asset Group': name,
      'Final Url': 'https://example.com/',
      'Business Name': 'Contoso',
    }
    return
  }
  const dates = {
    'Start Date': '01/15/2025',
    'End Date': '',
    'Network Distribution': 'OwnedAndOperatedAndSyndicatedSearch',
  }
  yield { ...own, Type: 'Ad Group', 'Ad Group': name, 'Cpc Bid': '0.50', Language: 'English', ...dates }
  if (status === 'Deleted') return
  const child = { 'Parent Id': id, Campaign: campaign.name, 'Ad Group': name, Status: 'Active', ...time }
  yield {
    ...child,
    Type: 'Ad Group Age Criterion',
    Id: `${id}1`,
    Target: 'EighteenToTwentyFour',
    'Bid Adjustment': '20',
  }
  const circle = { Radius: '10', Unit: 'Kilometers', Latitude: '47.55', Longitude: '9.69' }
  yield {
    ...child,
    Type: 'Ad Group Radius Criterion',
    Id: `${id}2`,
    Target: 'Lake',
    'Bid Adjustment': '10',
    ...circle,
  }
  const audience = { 'Audience Id': shared(accountId, 2).Id!, Audience: 'Visitors' }
  yield {
    ...child,
    Type: 'Ad Group Remarketing List Association',
    Id: `${id}3`,
    'Bid Adjustment': '5',
    ...audience,
  }
}

/** The texts by type of ad; each type's page in bulk-service. */
export const adFields: Readonly<Record<string, BulkRecord>> = {
  'Responsive Search Ad': {
    Headline: '[{"text":"Contoso","pinnedField":"Headline1"},{"text":"Quick & easy"},{"text":"Seamless"}]',
    Description: '[{"text":"Find new customers, \\"fast\\"."},{"text":"Start today."}]',
    Domain: 'example.com',
    'Path 1': 'shoes',
    'Path 2': 'sale',
  },
  'Expanded Text Ad': {
    'Title Part 1': 'Contoso',
    'Title Part 2': 'Quick setup',
    Text: 'Find new customers.',
  },
  'Text Ad': { Title: 'Contoso quick setup', Text: 'Find new customers.', 'Display Url': 'example.com' },
  'Product Ad': { Promotion: 'Free shipping' },
  'Dynamic Search Ad': { Text: 'Find new customers. Start today.', 'Path 1': 'all' },
  'Responsive Ad': {
    Headline: 'Contoso',
    'Long Headline': 'Contoso for everyone',
    Text: 'Start.',
    'Business Name': 'Contoso',
  },
  'Hotel Ad': {},
  'App Install Ad': {
    Title: 'Contoso',
    Text: 'Get the app.',
    'App Platform': 'Android',
    'App Id': 'com.example',
  },
}

function adRecord({ id, type, status, adGroup, modifiedAt }: Ad): BulkRecord {
  return {
    Type: type,
    Status: status,
    Id: id,
    'Parent Id': adGroup.id,
    Campaign: adGroup.campaign.name,
    'Ad Group': adGroup.name,
    'Final Url': 'https://example.com/shoes',
    'Modified Time': timeText(modifiedAt),
    ...adFields[type],
  }
}

function keywordRecord(keyword: Keyword, withQuality: boolean): BulkRecord {
  const { id, ordinal, text, matchType, status, adGroup, modifiedAt } = keyword
  return {
    Type: 'Keyword',
    Status: status,
    Id: id,
    'Parent Id': adGroup.id,
    Campaign: adGroup.campaign.name,
    'Ad Group': adGroup.name,
    Keyword: text,
    'Match Type': matchType,
    Bid: '0.50',
    'Final Url': 'https://example.com/shoes',
    'Modified Time': timeText(modifiedAt),
    ...(withQuality && { 'Quality Score': String((ordinal % 10) + 1), 'Keyword Relevance': '3' }),
  }
}

/** `MM/DD/YYYY HH:MM:SS.mmm` in UTC, as the files have it (airbytehq/airbyte, source-bing-ads, its tests). */
export function timeText(date: Date): string {
  const known = texts.get(date)
  if (known) return known
  const [day, time] = date.toISOString().slice(0, -1).split('T')
  const [year, month, dayOfMonth] = day!.split('-')
  const text = `${month}/${dayOfMonth}/${year} ${time}`
  texts.set(date, text)
  return text
}

const texts = new WeakMap<Date, string>()
