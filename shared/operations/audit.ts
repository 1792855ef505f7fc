import { addSeconds, type Clock } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { isDamaged } from '../domain/damagedRow.ts'
import { type DueIndex, dueRowOf } from '../domain/due.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { clockToleranceSeconds } from '../domain/plausibleTimes.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { ListedTenant, TenantPages } from '../domain/tenantPages.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { cleanUpDueRow } from '../tenants/disconnect.ts'

/** Dependencies of the audit. */
export interface AuditDependencies {
  readonly pages: TenantPages
  readonly tenants: Pick<TenantStore, 'inspect'>
  readonly due: Pick<DueIndex, 'insert'>
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: Clock
  readonly config: Pick<RefreshConfig, 'keepAliveSeconds'>
  readonly log: Log
}

/** Longer than any sweep is late while the broker is well. */
const overdueSeconds = 2 * 3600

/**
 * Looks at the next page of tenants, and writes the due row of each again that is two hours overdue: no sweep would
 * ever come to one whose due row was lost (a table restored or emptied by hand), and its grant would die unused. One
 * that is due later than a keep-alive from now, by a wrong clock or an older setting, is due at once. A disconnect that
 * isn't finished gets a due row too. A due
 * row that is there already is written over by its like. The place is remembered, so that run after run comes to all.
 */
export async function auditDueRows({
  clock,
  config,
  due,
  log,
  notes,
  pages,
  tenants,
}: AuditDependencies): Promise<void> {
  const place = await notes.read<{ from?: string }>('audit', 'place')
  // A place that the listing no longer knows is no reason to stand still.
  const page = await pages.read(place?.from).catch(() => pages.read())
  const now = clock.now()
  const earliest = addSeconds(now, -overdueSeconds)
  const latest = addSeconds(now, config.keepAliveSeconds + clockToleranceSeconds)
  const isDoubtful = ({ dueAt, isEnding }: ListedTenant) =>
    isEnding || (dueAt && (dueAt < earliest || dueAt > latest))
  for (const name of page.tenants.filter(isDoubtful)) {
    const row = await tenants.inspect(name)
    if (!row) continue
    if (isDamaged(row)) {
      log('tenant.damaged', { tenantKey: tenantKey(name), ...row.damaged })
      continue
    }
    const { tenant } = row
    if (tenant.status === 'connected' && tenant.grant && tenant.dueAt && tenant.dueAt <= now)
      await due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
    else if (!tenant.dueAt && (tenant.secretsToDestroy || tenant.owesMark))
      await due.insert(cleanUpDueRow(tenant, now))
  }
  await notes.write('audit', 'place', page.next ? { from: page.next } : {})
}
