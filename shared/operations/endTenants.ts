import { addSeconds, type SharedClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { isDamaged } from '../domain/damagedRow.ts'
import type { DueIndex } from '../domain/due.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { IdleTenants } from '../storage/idleTenants.ts'
import { cleanUpDueRow } from '../tenants/disconnect.ts'
import { hasCleanUp } from '../tenants/expirePending.ts'
import { isOver } from './decideEnd.ts'
import { type EndGrantDependencies, endDeadGrant } from './endDeadGrant.ts'

/** Dependencies of ending tenants. */
export interface EndDependencies extends EndGrantDependencies {
  readonly idleTenants: IdleTenants
  readonly due: Pick<DueIndex, 'insert'>
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: SharedClock
  readonly config: Pick<Config, 'retention'>
}

/** The most time for one page. The rest of it is for the next sweep. */
const maxSeconds = 30

/**
 * Ends the tenants of the next page that are over: those that were never connected, and those that are disconnected,
 * when they have been left alone for as long as the settings say; and the dead grants of those that must sign in again.
 * Work that a disconnect left gets a due row, also that of an older package. The position is stored, so successive runs see all tenants.
 *
 * Nothing is removed on this process's clock alone: storage says when a row was last written, and what time it is now.
 */
export async function endTenants(dependencies: EndDependencies): Promise<void> {
  const { clock, config, idleTenants, notes } = dependencies
  const place = await notes.read<{ from?: string }>('ends', 'place')
  // If the stored position is unknown to the table, the walk starts over.
  const page = await idleTenants.read(place?.from).catch(() => idleTenants.read())
  const storageNow = clock.storageNow()
  if (!storageNow) return
  const endBy = addSeconds(clock.now(), maxSeconds)
  for (const line of page.tenants) {
    if (clock.now() >= endBy) return
    const isDue = isOver(line, config.retention, storageNow)
    // A tenant that storage can't change now must not keep the others.
    if (isDue || line.hasAccounts) await endOne(dependencies, line, isDue).catch(() => undefined)
  }
  await notes.write('ends', 'place', page.next ? { from: page.next } : {})
}

async function endOne(dependencies: EndDependencies, name: TenantName, isDue: boolean): Promise<void> {
  const { clock, due } = dependencies
  const stored = await readUnused(dependencies, name)
  if (!stored) return
  if (hasCleanUp(stored.tenant)) await due.insert(cleanUpDueRow(stored.tenant, clock.now()))
  else if (isDue) await end(dependencies, stored)
}

/** The row, if nothing in it is in use: only a dead grant can be in it. */
async function readUnused({ tenants }: EndDependencies, name: TenantName): Promise<StoredTenant | undefined> {
  const row = await tenants.inspect(name)
  if (!row || isDamaged(row)) return undefined
  const { grant, lease, pendingGrant, status }: Tenant = row.tenant
  const isIdle = status === 'reauthorization_required' || (status !== 'connected' && !grant)
  return isIdle && !lease && !pendingGrant ? row : undefined
}

async function end(dependencies: EndDependencies, stored: StoredTenant): Promise<void> {
  const { clock, config, idleTenants, log } = dependencies
  const storageNow = clock.storageNow()
  const { tenant } = stored
  const last = await idleTenants.changeOf(tenant)
  if (last?.etag !== stored.etag) return
  const { environment, status } = tenant
  if (!storageNow || !isOver({ status, changedAt: last.changedAt }, config.retention, storageNow)) return
  if (status === 'reauthorization_required') return endDeadGrant(dependencies, stored)
  if (await idleTenants.remove(stored))
    log('tenant.removed', { tenantKey: tenantKey(tenant), environment, status })
}
