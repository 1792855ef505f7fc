import { isRefused } from '../domain/storageUnavailable.ts'
import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { isWrittenBy, newWriteId, withWriteId } from '../domain/writeId.ts'
import type { ChangeDependencies, TenantChange } from '../tenants/changeTenant.ts'
import type { Attempt } from './attempt.ts'

/** The result of a write under a lease. `lost` is the row that another process has changed. */
export type LeasedWrite = { readonly stored: StoredTenant } | { readonly lost: StoredTenant | undefined }

/**
 * Changes a leased row. If another writer made a harmless change (our lease is still in place), the change is applied
 * to its result; a lease that was taken over ends the write without effect. A failed write is repeated while the lease
 * lasts, unless trying again can't help.
 * @throws storage's last error. The write may still have taken effect.
 */
export async function writeLeased(
  { tenants, randomness }: ChangeDependencies,
  { leased, time }: Attempt,
  change: (row: Tenant) => TenantChange,
): Promise<LeasedWrite> {
  const writeId = newWriteId(randomness)
  let current: StoredTenant = leased
  for (let tries = 0; ; tries++) {
    const { next, events = [] } = change(current.tenant)
    try {
      const write = () => tenants.replace(current, withWriteId(next, writeId), events)
      const written = await time.step('committing the tenant row', write)
      if (written !== 'conflict') return { stored: written }
      const reread = await time.step('reading the row', () => tenants.read(leased.tenant))
      if (reread && isWrittenBy(reread.tenant, writeId)) return { stored: reread }
      if (reread?.tenant.lease?.id !== leased.lease.id) return { lost: reread }
      current = reread
    } catch (error) {
      if (isRefused(error) || !(await time.pause(tries))) throw error
    }
  }
}
