import type { TenantName } from './tenant.ts'

/** A tenant with its row's due time, whether a disconnect must be finished, and whether the listing lacks it. */
export interface ListedTenant extends TenantName {
  readonly dueAt?: Date
  /** Set if it isn't due and a disconnect isn't finished. */
  readonly isEnding?: true
  /** Set if no list of its workspace shows it. */
  readonly isUnlisted?: true
}

/** One page of all tenants. */
export interface ListedTenantPage {
  readonly tenants: readonly ListedTenant[]
  /** Where the next page starts; absent on the last page. */
  readonly next?: string
}

/** All tenants that have a row, page by page, whether or not the listing has them. */
export interface TenantPages {
  /** @param from the previous page's `next`. Default is the start. */
  read(from?: string): Promise<ListedTenantPage>
  /** Writes a tenant's row in the listing of its workspace. */
  list(name: TenantName): Promise<void>
}
