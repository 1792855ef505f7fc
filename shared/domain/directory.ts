import type { DamagedTenant } from './damagedRow.ts'
import type { Tenant, TenantName } from './tenant.ts'
import type { TenantEvent } from './tenantEvents.ts'
import type { TenantSummary } from './tenantSummary.ts'

/** One page of a workspace's tenants, in no particular order. */
export interface TenantPage {
  readonly tenants: readonly (Tenant | DamagedTenant)[]
  /** Opaque; absent on the last page. A page may be short or empty and still have one. */
  readonly continuation?: string
}

/** Like {@link TenantPage}, with what the listing itself says of each tenant. */
export interface SummaryPage {
  readonly tenants: readonly (TenantSummary | DamagedTenant)[]
  readonly continuation?: string
}

/** One page of a tenant's history, newest first. */
export interface EventPage {
  readonly events: readonly TenantEvent[]
  readonly continuation?: string
}

/** Reads tenants for the apps' views. An unknown continuation isn't a failure. */
export interface TenantDirectory {
  list(workspace: string, limit: number, continuation?: string): Promise<TenantPage | 'continuation_unknown'>
  summaries(
    workspace: string,
    limit: number,
    continuation?: string,
  ): Promise<SummaryPage | 'continuation_unknown'>
  events(name: TenantName, limit: number, continuation?: string): Promise<EventPage | 'continuation_unknown'>
}
