import type { Tenant, TenantName, TenantStatus } from './tenant.ts'

/** What the census counts of one tenant's row. */
export interface CountedTenant {
  readonly status: TenantStatus | 'unknown'
  /** Set while its refreshes fail for what waiting doesn't fix; `since` is absent in rows of earlier versions. */
  readonly stuck?: { readonly reason: string; readonly since?: Date }
  /** When its person consented; absent without a grant. */
  readonly consentedAt?: Date
  /** Secrets in vaults that the row names, for any reason. */
  readonly secrets: number
  /** The versions of its grant's secret, by the number of rotations in the reference. */
  readonly versions: number
  /** Secrets among those that are waiting to be destroyed. */
  readonly leftOver: number
}

/** A tenant with its row's due time, whether a disconnect must be finished, and what the listing lacks of it. */
export interface ListedTenant extends TenantName {
  readonly dueAt?: Date
  /** Set if it isn't due and a disconnect isn't finished. */
  readonly isEnding?: true
  /** Set if no list of its workspace shows it. */
  readonly isUnlisted?: true
  /** Set if the listing's hint differs from the row, or if there is none: the ETag at which it can be set. */
  readonly hintToSet?: string
  readonly counted: CountedTenant
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
  /**
   * Sets the hint in the listing, unless it has been written since `etag`.
   * @param row read after the listing had that ETag.
   */
  hint(row: Tenant, etag: string): Promise<void>
}
