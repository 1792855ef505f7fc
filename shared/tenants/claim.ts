import type { Clock } from '../clock.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Environment } from '../environment.ts'
import { Problem } from '../problems.ts'

/** What an app says of the tenant that it is about to connect. */
export interface TenantClaim {
  readonly environment: Environment
  readonly displayName?: string | undefined
  /** How the tenant came about, for its history, where it is new. */
  readonly detail: string
}

/**
 * Makes sure that there is a tenant to connect in this environment: makes it if it is new, renames it, and moves it
 * from the other environment where nobody is connected there.
 * @returns the tenant as it is then.
 * @throws Problem `environment_conflict` or `tenant_changed`.
 */
export async function claimTenant(
  { tenants, clock }: { readonly tenants: TenantStore; readonly clock: Clock },
  name: TenantName,
  { environment, displayName, detail }: TenantClaim,
): Promise<Tenant> {
  const named = displayName && { displayName }
  const stored = await tenants.read(name)
  if (!stored) {
    const at = clock.now()
    const tenant: Tenant = { ...name, environment, status: 'pending', createdAt: at, ...named }
    const created = await tenants.create(tenant, [{ type: 'tenant.created', at, detail }])
    if (created === 'conflict')
      return claimTenant({ tenants, clock }, name, { environment, displayName, detail })
    return tenant
  }
  const { tenant } = stored
  assertClaimable(tenant, environment)
  const moves = tenant.environment !== environment
  if (!moves && (!displayName || displayName === tenant.displayName)) return tenant
  const next = { ...(moves ? movedTo(tenant, environment) : tenant), ...named }
  if ((await tenants.replace(stored, next, [])) === 'conflict') throw new Problem('tenant_changed')
  return next
}

/**
 * Refuses a tenant of the other environment, unless it was disconnected or never connected. One whose consent waits
 * to be confirmed stays where that consent was given.
 * @throws Problem `environment_conflict`.
 */
export function assertClaimable(tenant: Tenant, environment: Environment): void {
  const { status, grant, pendingGrant } = tenant
  const isFree = status === 'disconnected' || (status === 'pending' && !grant)
  if (tenant.environment === environment || (isFree && !pendingGrant)) return
  throw new Problem('environment_conflict', {
    detail: `Tenant ${tenant.tenant} belongs to ${tenant.environment}.`,
  })
}

/** The accounts and what was chosen among them stay behind: they are the other environment's. */
function movedTo(tenant: Tenant, environment: Environment): Tenant {
  const { accountsGeneration: _generation, discoveredAt: _at, defaultAccount: _default, ...rest } = tenant
  return { ...rest, environment }
}
