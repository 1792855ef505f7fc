import { mix } from './mix.ts'

/** The kinds of entities that can be changed; their ordinals count within the account, from 0. */
export const changeable = ['Campaign', 'AdGroup', 'Ad', 'Keyword'] as const

/** A kind of entity that can be changed. */
export type Changeable = (typeof changeable)[number]

/** The status that a change left. */
export type EntityStatus = 'Active' | 'Paused' | 'Deleted'

/** What became of an entity. */
export interface Change {
  readonly at: Date
  readonly status: EntityStatus
}

/** How large an account is; everything in it follows from this and the account's id. */
export interface Sizes {
  /** Campaigns: two search campaigns, one of each other type, then search campaigns. Default is 8; 0 has no data. */
  readonly campaigns: number
  /** Ad groups in each campaign. Default is 2. */
  readonly adGroups: number
  /** Keywords in each ad group of a search campaign. Default is 3. */
  readonly keywords: number
}

/** What one account contains, as a description: entities and metrics are made from it when they are read. */
export interface Inventory {
  readonly accountId: bigint
  readonly seed: number
  readonly sizes: Sizes
  /** By `${kind}:${ordinal}`; what isn't here was last modified at {@link firstModifiedAt}. */
  readonly changes: Map<string, Change>
  /** Deltas from before this time need a full download; null if the account was never migrated. */
  migratedAt: Date | null
  /** How many of the days before today have no complete data yet. Default is 0. */
  incompleteDays: number
}

/** The inventories of all accounts. */
export interface Inventories {
  of(accountId: bigint): Inventory
  resize(accountId: bigint, sizes: Sizes): Inventory
}

/** When the entities of each account were made. */
export const firstModifiedAt = new Date('2025-01-15T09:30:00.123Z')

const usual: Sizes = { campaigns: 8, adGroups: 2, keywords: 3 }

/** Creates the inventories; an account has the usual sizes until it is resized. */
export function createInventories(): Inventories {
  const known = new Map<bigint, Inventory>()
  const resize = (accountId: bigint, sizes: Sizes): Inventory => {
    const seed = mix(Number(accountId % 4_294_967_291n), 1)
    const inventory = { accountId, seed, sizes, changes: new Map(), migratedAt: null, incompleteDays: 0 }
    known.set(accountId, inventory)
    return inventory
  }
  return { of: (accountId) => known.get(accountId) ?? resize(accountId, usual), resize }
}

/** Sizes with at least `keywords` keywords, 100 in an ad group and 5,000 in a campaign: 100,000 are exactly that. */
export function sizesFor(keywords: number): Sizes {
  const searchCampaigns = Math.max(2, Math.ceil(keywords / 5000))
  return { campaigns: searchCampaigns + 6, adGroups: 50, keywords: 100 }
}
