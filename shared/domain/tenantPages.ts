import type { TenantName } from './tenant.ts'

/** A tenant as the listing comes to it, with when its row says that it is due, and whether a disconnect is to be finished. */
export interface ListedTenant extends TenantName {
  readonly dueAt?: Date
  /** Not due, and a disconnect left something to be done. */
  readonly isEnding?: true
}

/** One page of every workspace's listing. */
export interface ListedTenantPage {
  readonly tenants: readonly ListedTenant[]
  /** Where the next page begins; absent after the last one. */
  readonly next?: string
}

/** Every workspace's listing, a page at a time. */
export interface TenantPages {
  /** @param from what the page before said; the beginning by default. */
  read(from?: string): Promise<ListedTenantPage>
}
