import type { TenantName } from './tenant.ts'

/** A tenant from the list, with its row's due time, and whether a disconnect must be finished. */
export interface ListedTenant extends TenantName {
  readonly dueAt?: Date
  /** Set if it isn't due and a disconnect isn't finished. */
  readonly isEnding?: true
}

/** One page of all workspaces' lists. */
export interface ListedTenantPage {
  readonly tenants: readonly ListedTenant[]
  /** Where the next page starts; absent on the last page. */
  readonly next?: string
}

/** The lists of all workspaces, page by page. */
export interface TenantPages {
  /** @param from the previous page's `next`. Default is the start. */
  read(from?: string): Promise<ListedTenantPage>
}
