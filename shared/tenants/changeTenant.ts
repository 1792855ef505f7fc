import type { Randomness } from '../clock.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { isWrittenBy, newWriteId, withWriteId } from '../domain/writeId.ts'

/** Dependencies of changing a row. */
export interface ChangeDependencies {
  readonly tenants: TenantStore
  readonly randomness: Pick<Randomness, 'identifier'>
}

/** The writes of one change, in one transaction. */
export interface TenantChange {
  readonly next: Tenant
  /** Default is none. */
  readonly events?: readonly TenantEvent[]
}

/**
 * The result of a change. `changed`: it took effect once, and `stored` is the row as last read, which other processes
 * may have changed again. `conflict`: other processes kept changing the row.
 */
export type ChangeOutcome =
  | { readonly outcome: 'changed'; readonly before: Tenant; readonly stored: StoredTenant }
  | { readonly outcome: 'unchanged'; readonly stored: StoredTenant }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'conflict' }

const maxTries = 8
/** The most failed writes; more mean that storage is down. */
const maxFailures = 2

/**
 * Changes a tenant's row: reads, changes, writes conditionally, and repeats if another process was faster. The only
 * writer of rows outside a lease (`refresh/writeLeased.ts`).
 * @param which a row that has just been read is used for the first attempt.
 * @param change returns the new row, on every attempt; undefined to leave the row unchanged. It can read and write
 * elsewhere, and throw.
 * @throws StorageUnavailableError, in which case the change may still have taken effect, and errors of `change`.
 */
export async function changeTenant(
  { tenants, randomness }: ChangeDependencies,
  which: TenantName | StoredTenant,
  change: (row: Tenant) => TenantChange | undefined | Promise<TenantChange | undefined>,
): Promise<ChangeOutcome> {
  const writeId = newWriteId(randomness)
  const known = 'etag' in which ? which : undefined
  const name = 'etag' in which ? which.tenant : which
  let before: Tenant | undefined
  let failures = 0
  for (let tries = 1; tries <= maxTries; tries++) {
    const stored = (tries === 1 && known) || (await tenants.read(name))
    if (!stored) return { outcome: 'not_found' }
    if (before && isWrittenBy(stored.tenant, writeId)) return { outcome: 'changed', before, stored }
    const wanted = await change(stored.tenant)
    if (!wanted) return { outcome: 'unchanged', stored }
    before = stored.tenant
    const written = await tenants
      .replace(stored, withWriteId(wanted.next, writeId), wanted.events ?? [])
      .catch((error: unknown) => {
        failures += 1
        if (failures > maxFailures) throw error
        return 'conflict' as const
      })
    if (written !== 'conflict') return { outcome: 'changed', before, stored: written }
  }
  return { outcome: 'conflict' }
}
