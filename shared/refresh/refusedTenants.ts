import type { Environment, IdentityProvider } from '../environment.ts'

/**
 * A registration's recently refused tenants, where either the registration or one directory may be the cause.
 * Each process counts for itself: if all tenants are refused, each process soon has enough of its own.
 */
export interface RefusedTenants {
  /** Adds a tenant and returns the number of tenants since the last success. */
  add(environment: Environment, identityProvider: IdentityProvider, tenantKey: string): number
  /** Clears the count after a successful refresh: the registration is good. */
  clear(environment: Environment, identityProvider: IdentityProvider): void
}

/** Creates {@link RefusedTenants} with no tenants. */
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
