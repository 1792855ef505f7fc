import type { DamagedTenant } from './damagedRow.ts'
import type { StoredTenant, Tenant, TenantName } from './tenant.ts'
import type { TenantEvent } from './tenantEvents.ts'

/** The store of tenants; every write is conditional. */
export interface TenantStore {
  /** @throws DamagedRowError if the row is damaged. */
  read(name: TenantName): Promise<StoredTenant | undefined>
  /** Like `read`, for callers that can handle a damaged row. */
  inspect(name: TenantName): Promise<StoredTenant | DamagedTenant | undefined>
  /** Writes a new tenant. `conflict` if it exists. */
  create(tenant: Tenant, events: readonly TenantEvent[]): Promise<StoredTenant | 'conflict'>
  /** Replaces the row that `expected` was read from, with its events, in one transaction. */
  replace(
    expected: StoredTenant,
    next: Tenant,
    events: readonly TenantEvent[],
  ): Promise<StoredTenant | 'conflict'>
}
