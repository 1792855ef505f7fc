import type { Environment, IdentityProvider } from '../environment.ts'
import type { Grant, Tenant, TenantName } from './tenant.ts'

/** One hint that a tenant is due. The tenant row is the truth. */
export interface DueRow extends TenantName {
  readonly dueAt: Date
  /** Known here too, so that a sweep can pass over an environment that is on hold without reading its tenants. */
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
}

/** How the sweep finds what is due without reading what is not. */
export interface DueIndex {
  /** Shards are numbered from 0; a tenant is always in the same one. */
  readonly shardCount: number
  insert(row: DueRow): Promise<void>
  /** Deletes a row; one that is gone already is no error. */
  remove(row: DueRow): Promise<void>
  /** A shard's rows that are due at or before `until`, oldest first, a page at a time. */
  due(shard: number, until: Date): AsyncIterable<readonly DueRow[]>
}

/** The due row of a tenant that has a grant and a due time. */
export function dueRowOf(tenant: Tenant, grant: Pick<Grant, 'identityProvider'>, dueAt: Date): DueRow {
  const { workspace, environment } = tenant
  return { workspace, tenant: tenant.tenant, environment, identityProvider: grant.identityProvider, dueAt }
}
