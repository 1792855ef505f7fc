import type { StoredTenant, Tenant, TenantName } from '../../../shared/domain/tenant.ts'
import type { TenantEvent } from '../../../shared/domain/tenantEvents.ts'
import type { TenantStore } from '../../../shared/domain/tenantStore.ts'

/** Table Storage's tenants in memory, with additions for the simulator. */
export interface ModelTenantStore extends TenantStore {
  /** Every current row. */
  rows(): Iterable<StoredTenant>
  /** A current row. */
  row(name: TenantName): StoredTenant | undefined
  /** A tenant's history, oldest first. */
  history(name: TenantName): readonly TenantEvent[]
}

/** Creates tenants with ETags; `*` matches any, as in the service. Calls take effect immediately. */
export function createModelTenantStore(
  onWrite: (before: Tenant | undefined, after: Tenant) => void = () => undefined,
): ModelTenantStore {
  const rows = new Map<string, StoredTenant>()
  const histories = new Map<string, TenantEvent[]>()
  let writes = 0
  const put = (before: Tenant | undefined, tenant: Tenant, events: readonly TenantEvent[]): StoredTenant => {
    const stored = { tenant, etag: `W/"${++writes}"` }
    const key = keyOf(tenant)
    rows.set(key, stored)
    histories.set(key, [...(histories.get(key) ?? []), ...events])
    onWrite(before, tenant)
    return stored
  }
  return {
    read: async (name) => rows.get(keyOf(name)),
    inspect: async (name) => rows.get(keyOf(name)),
    create: async (tenant, events) => (rows.has(keyOf(tenant)) ? 'conflict' : put(undefined, tenant, events)),
    async replace(expected, next, events) {
      const current = rows.get(keyOf(next))
      if (!current || (expected.etag !== current.etag && expected.etag !== '*')) return 'conflict'
      return put(current.tenant, next, events)
    },
    rows: () => rows.values(),
    row: (name) => rows.get(keyOf(name)),
    history: (name) => histories.get(keyOf(name)) ?? [],
  }
}

function keyOf(name: TenantName): string {
  return JSON.stringify([name.workspace, name.tenant])
}
