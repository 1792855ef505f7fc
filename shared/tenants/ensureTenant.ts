import type { Clock } from '../clock.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { withDisplayName, withEnvironment } from '../domain/transitions.ts'
import type { Environment } from '../environment.ts'
import { Problem } from '../problems.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'

/** An app's description of the tenant that it's about to connect. */
export interface TenantRequest {
  readonly environment: Environment
  readonly displayName?: string | undefined
  /** How the tenant was created, for the history of a new tenant. */
  readonly detail: string
}

/** Dependencies of ensuring a tenant. */
export interface EnsureDependencies extends ChangeDependencies {
  readonly clock: Clock
  /** Asked before a tenant is created; throws to refuse it. Default is to admit each. */
  readonly admit?: () => void
}

/** If a tenant can neither be read nor created, storage is failing, and more attempts won't help. */
const maxTries = 3

/**
 * Ensures that there is a tenant to connect in this environment: creates it if it's new, renames it, and moves it
 * from the other environment if it isn't connected there.
 * @returns the resulting tenant.
 * @throws Problem `environment_conflict` or `tenant_changed`.
 */
export async function ensureTenant(
  dependencies: EnsureDependencies,
  name: TenantName,
  { environment, displayName, detail }: TenantRequest,
): Promise<Tenant> {
  const named = displayName && { displayName }
  for (let tries = 0; tries < maxTries; tries++) {
    const changed = await changeTenant(dependencies, name, (row) => {
      assertCanConnect(row, environment)
      const moved = row.environment === environment ? row : withEnvironment(row, environment)
      const next =
        displayName && displayName !== row.displayName ? withDisplayName(moved, displayName) : moved
      // A tenant that isn't connected, or its dead grant, goes a while after its last link, and storage tells the row's
      // age.
      const isKept = row.status === 'connected' || (row.status === 'reauthorization_required' && !row.grant)
      return next === row && isKept ? undefined : { next }
    })
    if (changed.outcome === 'conflict') break
    if (changed.outcome !== 'not_found') return changed.stored.tenant
    dependencies.admit?.()
    const at = dependencies.clock.now()
    const tenant: Tenant = { ...name, environment, status: 'pending', createdAt: at, ...named }
    const created = await dependencies.tenants.create(tenant, [{ type: 'tenant.created', at, detail }])
    if (created !== 'conflict') return created.tenant
  }
  throw new Problem('tenant_changed')
}

/**
 * Refuses a tenant of the other environment, unless it was disconnected or never connected. A tenant with a pending
 * consent stays where that consent was given.
 * @throws Problem `environment_conflict`.
 */
export function assertCanConnect(tenant: Tenant, environment: Environment): void {
  const { status, grant, pendingGrant } = tenant
  const isFree = status === 'disconnected' || (status === 'pending' && !grant)
  if (tenant.environment === environment || (isFree && !pendingGrant)) return
  throw new Problem('environment_conflict', {
    detail: `Tenant ${tenant.tenant} belongs to ${tenant.environment}.`,
  })
}
