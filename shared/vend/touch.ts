import { secondsAfter } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { dueRowOf } from '../domain/due.ts'
import { isActive, nextDueAt } from '../domain/schedule.ts'
import type { Tenant } from '../domain/tenant.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'

/**
 * Writes down that a tenant was vended; one that was idle is due before its expiry from now on.
 * A hint, not a duty: a row that others change meanwhile stays as it is.
 * @returns the row as written, or undefined when it was not.
 */
export async function touch(
  dependencies: Pick<RefreshDependencies, 'tenants' | 'due' | 'clock' | 'randomness' | 'config'>,
  tenant: Tenant,
): Promise<Tenant | undefined> {
  const { clock, config, due, randomness, tenants } = dependencies
  const now = clock.now()
  try {
    const stored = await tenants.read(tenant)
    if (!stored) return undefined
    const row = stored.tenant
    if (row.status !== 'connected' || !row.grant || !row.accessToken) return undefined
    if (row.lease && row.lease.until > now) return undefined
    const vended = { ...row, lastVendedAt: now }
    const wakes = !row.trouble && isActive(vended, config, now) && !isActive(row, config, now)
    const dueAt = wakes
      ? wakingDueAt(nextDueAt(vended, row.accessToken, config, now, randomness.fraction()), config, now)
      : row.dueAt
    if (wakes && dueAt) await due.insert(dueRowOf(row, row.grant, dueAt))
    const written = await tenants.replace(stored, dueAt ? { ...vended, dueAt } : vended, [])
    if (written === 'conflict') return undefined
    if (wakes && row.dueAt && row.dueAt.getTime() !== dueAt?.getTime())
      await due.remove(dueRowOf(row, row.grant, row.dueAt))
    return written.tenant
  } catch {
    return undefined
  }
}

/**
 * A due time that no sweep sees yet: one would take the hint for an orphan as long as the row does not confirm it.
 * Bounded by the lease's length, not closed: a write that hangs for longer loses, and the next refresh mends it.
 */
function wakingDueAt(dueAt: Date, config: RefreshConfig, now: Date): Date {
  return new Date(Math.max(dueAt.getTime(), secondsAfter(now, config.leaseSeconds).getTime()))
}
