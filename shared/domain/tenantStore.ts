import type { DamagedTenant } from './damagedRow.ts'
import type { StoredTenant, Tenant, TenantName } from './tenant.ts'
import type { TenantEvent } from './tenantEvents.ts'

/** How the use cases keep tenants; every write is conditional. */
export interface TenantStore {
  /** @throws DamagedRowError when the row cannot be read as a tenant. */
  read(name: TenantName): Promise<StoredTenant | undefined>
  /** As `read`, for callers that can do something about a damaged row. */
  inspect(name: TenantName): Promise<StoredTenant | DamagedTenant | undefined>
  /** Writes a tenant that does not exist yet. `conflict` when it does. */
  create(tenant: Tenant, events: readonly TenantEvent[]): Promise<StoredTenant | 'conflict'>
  /** Replaces the row that `expected` was read from, with its events, in one transaction. */
  replace(
    expected: StoredTenant,
    next: Tenant,
    events: readonly TenantEvent[],
  ): Promise<StoredTenant | 'conflict'>
}
