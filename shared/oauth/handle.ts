import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'

/**
 * The handle that stands in for a tenant's refresh token. It's the same forever, so a tool that never stores a new one
 * keeps working, and a new sign-in of the tenant changes nothing in the tool. It isn't secret: it opens nothing without
 * a caller's credential for the tenant's workspace (decision 0031).
 */
export function handleOf(tenant: TenantName): string {
  return `handle-${tenantKey(tenant)}`
}
