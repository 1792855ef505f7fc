import {
  type Change,
  type Changeable,
  type EntityStatus,
  firstModifiedAt,
  type Inventory,
} from './inventory.ts'
import { mix } from './mix.ts'

/** What all entities have. Ids are decimal text, since some exceed 2^53. */
interface Entity {
  readonly id: string
  /** Counts the entities of the kind in the account, from 0. */
  readonly ordinal: number
  readonly status: EntityStatus
  readonly modifiedAt: Date
}

/** A campaign; types as in campaign-management-service/campaigntype. */
export interface Campaign extends Entity {
  readonly name: string
  readonly type: (typeof typeOrder)[number]
}

/** An ad group; in a Performance Max campaign, an asset group. */
export interface AdGroup extends Entity {
  readonly name: string
  readonly campaign: Campaign
}

/** An ad, by the name of its type in a bulk file. */
export interface Ad extends Entity {
  readonly type: string
  readonly adGroup: AdGroup
}

/** A keyword of a search campaign's ad group. */
export interface Keyword extends Entity {
  readonly text: string
  readonly matchType: 'Broad' | 'Exact' | 'Phrase'
  readonly adGroup: AdGroup
}

/** The first campaigns of an account; the ones after them are search campaigns. */
const typeOrder = [
  ...(['Search', 'Search', 'Shopping', 'DynamicSearchAds', 'Audience', 'Hotel'] as const),
  ...(['PerformanceMax', 'App'] as const),
] as const

const names = [
  ...['Brand', 'Generic', 'Products', 'Whole site', 'Zürich, "spring" people', 'Rooms', 'Everything'],
  'App',
] as const

/** By the campaign's type (the pages of the ad records in bulk-service). Performance Max has assets instead of ads. */
const adTypes: Readonly<Record<Campaign['type'], readonly string[]>> = {
  Search: ['Responsive Search Ad', 'Expanded Text Ad', 'Text Ad'],
  Shopping: ['Product Ad'],
  DynamicSearchAds: ['Dynamic Search Ad'],
  Audience: ['Responsive Ad'],
  Hotel: ['Hotel Ad'],
  PerformanceMax: [],
  App: ['App Install Ad'],
}

/** Ads of an ad group have ordinals in steps of this. */
const mostAds = 4

/** The account's campaigns, deleted ones too. */
export function* campaignsOf(inventory: Inventory): Generator<Campaign> {
  for (let ordinal = 0; ordinal < inventory.sizes.campaigns; ordinal++) {
    const type = typeOrder[ordinal] ?? 'Search'
    const name = names[ordinal] ?? `Search ${ordinal + 1}`
    const id = String(inventory.accountId * 10n + BigInt(ordinal))
    yield { id, ordinal, name, type, ...stateOf(inventory, 'Campaign', ordinal) }
  }
}

/** A campaign's ad groups. */
export function* adGroupsOf(inventory: Inventory, campaign: Campaign): Generator<AdGroup> {
  for (let index = 0; index < inventory.sizes.adGroups; index++) {
    const ordinal = campaign.ordinal * inventory.sizes.adGroups + index
    const state = stateOf(inventory, 'AdGroup', ordinal)
    yield { id: idOf(inventory, 1_300, ordinal), ordinal, name: `Group ${index + 1}`, campaign, ...state }
  }
}

/** The ad group with this id, deleted or below a deleted campaign or not. */
export function findAdGroup(inventory: Inventory, id: bigint): AdGroup | undefined {
  for (const campaign of campaignsOf(inventory)) {
    for (const adGroup of adGroupsOf(inventory, campaign)) if (adGroup.id === String(id)) return adGroup
  }
  return undefined
}

/** An ad group's ads, one of each type that fits its campaign. */
export function* adsOf(inventory: Inventory, adGroup: AdGroup): Generator<Ad> {
  for (const [index, type] of adTypes[adGroup.campaign.type].entries()) {
    const ordinal = adGroup.ordinal * mostAds + index
    yield { id: idOf(inventory, 76, ordinal), ordinal, type, adGroup, ...stateOf(inventory, 'Ad', ordinal) }
  }
}

/** An ad group's keywords: none outside of search campaigns. */
export function* keywordsOf(inventory: Inventory, adGroup: AdGroup): Generator<Keyword> {
  if (adGroup.campaign.type !== 'Search') return
  const { keywords } = inventory.sizes
  for (let index = 0; index < keywords; index++) {
    const ordinal = adGroup.ordinal * keywords + index
    const state = stateOf(inventory, 'Keyword', ordinal)
    const matchType = matchTypes[ordinal % matchTypes.length]!
    yield {
      id: idOf(inventory, 82, ordinal),
      ordinal,
      text: textOf(inventory, ordinal),
      matchType,
      adGroup,
      ...state,
    }
  }
}

/** How many keywords the account has. */
export function countKeywords(inventory: Inventory): number {
  let campaigns = 0
  for (const { type } of campaignsOf(inventory)) if (type === 'Search') campaigns += 1
  return campaigns * inventory.sizes.adGroups * inventory.sizes.keywords
}

const matchTypes = ['Broad', 'Exact', 'Phrase'] as const
const colors = ['red', 'blue', 'green', 'weiße', 'warm', 'light', 'cheap', 'used'] as const
const things = ['shoes', 'boots', 'coats', 'größe 42', 'hats', 'bags', 'rooms', 'trips'] as const

/** Every eleventh keyword has the characters that CSV must quote. */
function textOf({ seed }: Inventory, ordinal: number): string {
  const number = mix(seed, ordinal, 7)
  const words = `${colors[number & 7]} ${things[(number >>> 3) & 7]}`
  return ordinal % 11 === 10 ? `${words}, "${ordinal}"` : `${words} ${ordinal}`
}

/** `thousands` of billions keep the kinds apart; the seed keeps the accounts apart. All are below 2^53. */
function idOf({ seed }: Inventory, thousands: number, ordinal: number): string {
  return String(thousands * 1_000_000_000_000 + (seed & 0xffff) * 10_000_000 + ordinal)
}

const untouched = { status: 'Active', modifiedAt: firstModifiedAt } as const

function stateOf(
  { changes }: Inventory,
  kind: Changeable,
  ordinal: number,
): Pick<Entity, 'status' | 'modifiedAt'> {
  const change: Change | undefined = changes.size > 0 ? changes.get(`${kind}:${ordinal}`) : undefined
  return change ? { status: change.status, modifiedAt: change.at } : untouched
}
