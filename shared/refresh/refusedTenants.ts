import type { Environment, IdentityProvider } from '../environment.ts'

/**
 * A registration's tenants that were recently refused because of either the registration or one directory.
 * Each process counts for itself: when all are refused, each soon has enough of its own.
 */
export interface RefusedTenants {
  /** Counts a tenant; how many there are since the last success. */
  add(environment: Environment, identityProvider: IdentityProvider, tenantKey: string): number
  /** A refresh has worked: the registration is good. */
  clear(environment: Environment, identityProvider: IdentityProvider): void
}

/** Creates {@link RefusedTenants} with none. */
export function createRefusedTenants(): RefusedTenants {
  const known = new Map<string, Set<string>>()
  return {
    add(environment, identityProvider, tenantKey) {
      const key = `${environment}:${identityProvider}`
      const tenants = known.get(key) ?? new Set<string>()
      known.set(key, tenants.add(tenantKey))
      return tenants.size
    },
    clear(environment, identityProvider) {
      known.delete(`${environment}:${identityProvider}`)
    },
  }
}
