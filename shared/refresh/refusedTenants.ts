import { nameOfScope } from '../domain/holds.ts'
import type { Registration } from '../environment.ts'

/**
 * A registration's recently refused tenants, where either the registration or one directory may be the cause.
 * Each process counts for itself: if all tenants are refused, each process soon has enough of its own.
 */
export interface RefusedTenants {
  /** Counts a tenant; how many there are since the last success. */
  add(registration: Registration, tenantKey: string): number
  /** A refresh has worked: the registration is good. */
  clear(registration: Registration): void
}

/** Creates {@link RefusedTenants} with no tenants. */
export function createRefusedTenants(): RefusedTenants {
  const known = new Map<string, Set<string>>()
  return {
    add(registration, tenantKey) {
      const key = nameOfScope(registration)
      const tenants = known.get(key) ?? new Set<string>()
      known.set(key, tenants.add(tenantKey))
      return tenants.size
    },
    clear(registration) {
      known.delete(nameOfScope(registration))
    },
  }
}
