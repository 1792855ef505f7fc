import type { TenantName } from './tenant.ts'

/** A tenant as the listing comes to it, with when its row says that it is due. */
export interface ListedTenant extends TenantName {
  readonly dueAt?: Date
}

/** One page of every workspace's listing. */
export interface TenantPage {
  readonly tenants: readonly ListedTenant[]
  /** Where the next page begins; absent after the last one. */
  readonly next?: string
}

/** Every workspace's listing, a page at a time. */
export interface TenantPages {
  /** @param from what the page before said; the beginning by default. */
  read(from?: string): Promise<TenantPage>
}
