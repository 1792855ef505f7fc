import type { Registration } from '../environment.ts'

/**
 * A registration's tenants that were recently refused because of either the registration or one directory.
 * Each process counts for itself: when all are refused, each soon has enough of its own.
 */
export interface RefusedTenants {
  /** Counts a tenant; how many there are since the last success. */
  add(registration: Registration, tenantKey: string): number
  /** A refresh has worked: the registration is good. */
  clear(registration: Registration): void
}

/** Creates {@link RefusedTenants} with none. */
export function createRefusedTenants(): RefusedTenants {
  const known = new Map<string, Set<string>>()
  return {
    add(registration, tenantKey) {
      const key = keyOf(registration)
      const tenants = known.get(key) ?? new Set<string>()
      known.set(key, tenants.add(tenantKey))
      return tenants.size
    },
    clear(registration) {
      known.delete(keyOf(registration))
    },
  }
}

function keyOf({ environment, identityProvider }: Registration): string {
  return `${environment}:${identityProvider}`
}
