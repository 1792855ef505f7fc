import { addSeconds } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { dueRowOf } from '../domain/due.ts'
import { isActive, nextDueAt } from '../domain/schedule.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { withVend } from '../domain/transitions.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'
import { changeTenant } from '../tenants/changeTenant.ts'

/**
 * Records that a tenant was vended. From then on, a tenant that was idle is due before its expiry.
 * Best effort: if another process changes the row at the same time, nothing is recorded.
 * @returns the row as written, or undefined if it wasn't.
 */
export async function recordVend(
  dependencies: Pick<RefreshDependencies, 'tenants' | 'due' | 'clock' | 'randomness' | 'config'>,
  name: TenantName,
): Promise<Tenant | undefined> {
  const { clock, config, due, randomness } = dependencies
  try {
    const changed = await changeTenant(dependencies, name, async (row) => {
      const now = clock.now()
      if (row.status !== 'connected' || !row.grant || !row.accessToken) return undefined
      if (row.lease && row.lease.until > now) return undefined
      const noted = withVend(row, now, undefined)
      const wakes = !row.trouble && isActive(noted, config, now) && !isActive(row, config, now)
      if (!wakes) return { next: noted }
      const dueAt = wakingDueAt(
        nextDueAt(noted, row.accessToken, config, now, randomness.fraction()),
        config,
        now,
      )
      await due.insert(dueRowOf(row, row.grant, dueAt))
      return { next: withVend(row, now, dueAt) }
    })
    if (changed.outcome !== 'changed') return undefined
    const { before, stored } = changed
    if (before.grant && before.dueAt && before.dueAt.getTime() !== stored.tenant.dueAt?.getTime())
      await due.remove(dueRowOf(before, before.grant, before.dueAt))
    return stored.tenant
  } catch {
    return undefined
  }
}

/**
 * A due time that no sweep sees yet: a sweep would take the hint for an orphan until the row confirms it.
 * The lease's length bounds this race but doesn't close it: a slower write loses, and the next refresh fixes it.
 */
function wakingDueAt(dueAt: Date, config: RefreshConfig, now: Date): Date {
  return new Date(Math.max(dueAt.getTime(), addSeconds(now, config.leaseSeconds).getTime()))
}
