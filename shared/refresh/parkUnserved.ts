import type { Clock } from '../clock.ts'
import { isDamaged } from '../domain/damagedRow.ts'
import { type DueIndex, type DueRow, dueRowOf } from '../domain/due.ts'
import type { Log } from '../domain/logEvents.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Registration } from '../environment.ts'
import { hasCleanUp } from '../tenants/expirePending.ts'
import { nextMidnight } from './nextMidnight.ts'

/** Dependencies of parking. */
export interface ParkDependencies {
  readonly tenants: Pick<TenantStore, 'inspect'>
  readonly due: Pick<DueIndex, 'move'>
  readonly clock: Clock
  readonly log: Log
  /** Whether the settings have a registration for it. Default is that all have one. */
  readonly isServed?: ((registration: Registration) => boolean) | undefined
}

/**
 * Parks the due row of a tenant whose environment or identity provider isn't served any more: it's due again at the next
 * midnight, so it costs each sweep nothing and is never overdue. Once it's served again, the parked row is an ordinary
 * one.
 * @param finish finishes what a disconnect or a consent left, which needs no registration.
 * @returns whether it's parked.
 */
export async function parkUnserved(
  { clock, due, isServed, log, tenants }: ParkDependencies,
  row: DueRow,
  finish: (stored: StoredTenant) => Promise<unknown>,
): Promise<boolean> {
  // The hint may name an earlier registration, so the row decides.
  if (!isServed || isServed(row)) return false
  const stored = await tenants.inspect(row)
  if (!stored || isDamaged(stored)) return false
  const { environment, grant, pendingGrant, status } = stored.tenant
  if (status !== 'connected' || !grant) return false
  const { identityProvider } = grant
  if (isServed({ environment, identityProvider })) return false
  if (pendingGrant || hasCleanUp(stored.tenant)) await finish(stored)
  await due.move(row, dueRowOf(stored.tenant, grant, nextMidnight(clock.now())))
  log('tenant.parked', { tenantKey: tenantKey(row), environment, identityProvider })
  return true
}
