import type { TenantName } from '../domain/tenant.ts'
import type { Tables } from '../storage/clients.ts'
import { onRow, runStorageOperation } from '../storage/unavailable.ts'
import { workspaceIndexEntity } from '../storage/workspaceIndex.ts'
import { compareListing, type Stranger } from './listing.ts'

/** What a repair of the listing changes, or would change. */
export interface ListingRepair {
  /** A tenant that the listing lacked. */
  readonly onListed: (name: TenantName) => void
  /** A row of the listing whose tenant has no row. */
  readonly onStranger: (stranger: Stranger) => void
  /** Whether a row of the listing without a tenant stays, by the tenant's key: the tenant is still to be rebuilt. */
  readonly isSpared: (tenantKey: string) => boolean
}

/**
 * Makes the listing match the tenants' rows: writes what it lacks, and removes what has no tenant. A tenant that is being
 * created at this moment has its row in the listing first; if that is removed, the audit writes it again.
 * @param dryRun only says what it would do.
 */
export async function repairListing(
  tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>,
  dryRun: 'dryRun' | 'write',
  { isSpared, onListed, onStranger }: ListingRepair,
): Promise<void> {
  const { TenantsByWorkspace: index } = tables
  await compareListing(tables, {
    async onUnlisted(name) {
      onListed(name)
      if (dryRun === 'dryRun') return
      await runStorageOperation('tables', () => index.upsertEntity(workspaceIndexEntity(name), 'Merge'))
    },
    async onStranger(stranger) {
      if (isSpared(stranger.rowKey)) return
      onStranger(stranger)
      if (dryRun === 'dryRun') return
      const { etag, partitionKey, rowKey } = stranger
      await onRow(() => index.deleteEntity(partitionKey, rowKey, { etag }), {
        absent: undefined,
        changed: undefined,
      })
    },
  })
}
