import type { Environment, IdentityProvider } from '../environment.ts'
import type { Grant, Tenant, TenantName } from './tenant.ts'

/** A hint that a tenant is due. The tenant row is authoritative. */
export interface DueRow extends TenantName {
  readonly dueAt: Date
  /** Repeated here, so a sweep can skip an environment on hold without reading its tenants. */
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
}

/** Lets the sweep find due tenants without reading others. */
export interface DueIndex {
  /** Shards are numbered from 0; a tenant is always in the same one. */
  readonly shardCount: number
  insert(row: DueRow): Promise<void>
  /** Deletes a row; it isn't an error if it's already gone. */
  remove(row: DueRow): Promise<void>
  /**
   * Deletes a row and inserts another of the same tenant, in one step: no moment and no crash leaves neither. If the first
   * one is already gone, the other is inserted anyway.
   * @param to must have another due time.
   */
  move(from: DueRow, to: DueRow): Promise<void>
  /** A shard's rows that are due at or before `until`, oldest first, page by page. */
  due(shard: number, until: Date): AsyncIterable<readonly DueRow[]>
}

/** The due row of a tenant that has a grant and a due time. */
export function dueRowOf(tenant: Tenant, grant: Pick<Grant, 'identityProvider'>, dueAt: Date): DueRow {
  const { workspace, environment } = tenant
  return { workspace, tenant: tenant.tenant, environment, identityProvider: grant.identityProvider, dueAt }
}
