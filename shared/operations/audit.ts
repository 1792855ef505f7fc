import { addSeconds, type Clock } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { isDamaged } from '../domain/damagedRow.ts'
import { type DueIndex, dueRowOf } from '../domain/due.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { clockToleranceSeconds } from '../domain/plausibleTimes.ts'
import type { ListedTenant, ListedTenantPage, TenantPages } from '../domain/tenantPages.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { nextMidnight } from '../refresh/nextMidnight.ts'
import { cleanUpDueRow } from '../tenants/disconnect.ts'
import { hasCleanUp } from '../tenants/expirePending.ts'
import { type AuditPlace, afterPage } from './auditRound.ts'

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

/** Longer than the delay of any sweep in a healthy broker. */
const overdueSeconds = 2 * 3600

/**
 * Checks the next page of tenants, and writes the row of the listing that one lacks. Rewrites the due row of each one
 * that is two hours overdue: no sweep would ever find a tenant whose due row was lost (a table restored or emptied
 * manually), and its grant would expire unused. A tenant that is due later than one keep-alive from now, because of a
 * wrong clock or an older setting, becomes due now. A disconnect that isn't finished gets a due row too, and so does a
 * row that can't be read. An existing due row is overwritten with the same content. The position is stored, so successive
 * runs check all tenants, and the length of each round is logged: it must stay well below the life of a grant. What the
 * round counts on its way is kept with the position, for the census.
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
  const { page, place } = await readPage({ notes, pages })
  const now = clock.now()
  const earliest = addSeconds(now, -overdueSeconds)
  const latest = addSeconds(now, config.keepAliveSeconds + clockToleranceSeconds)
  const isDoubtful = ({ dueAt, isEnding }: ListedTenant) =>
    isEnding || (dueAt && (dueAt < earliest || dueAt > latest))
  let listed = 0
  for (const name of page.tenants.filter((each) => each.isUnlisted || isDoubtful(each))) {
    const row = await tenants.inspect(name)
    if (!row) continue
    if (name.isUnlisted) {
      await pages.list(name)
      listed++
    }
    if (isDamaged(row)) {
      // A sweep reports it then, once a day. As often as the audit meets it, it's the same row.
      await due.insert({ ...cleanUpDueRow(row.remains, now), dueAt: nextMidnight(now) })
      continue
    }
    const { tenant } = row
    if (tenant.status === 'connected' && tenant.grant && tenant.dueAt && tenant.dueAt <= now)
      await due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
    else if (!tenant.dueAt && hasCleanUp(tenant)) await due.insert(cleanUpDueRow(tenant, now))
  }
  if (listed > 0) log('listing.repaired', { tenants: listed })
  const next = afterPage(place, page, now)
  await notes.write('audit', 'place', next.place)
  if (next.round) log('audit.round_ended', next.round)
  if (next.late) log('audit.round_late', next.late)
}

/** If the stored position is unknown to the list, the round starts over. */
async function readPage({ notes, pages }: Pick<AuditDependencies, 'notes' | 'pages'>): Promise<{
  readonly place: AuditPlace
  readonly page: ListedTenantPage
}> {
  const place = (await notes.read<AuditPlace>('audit', 'place')) ?? {}
  try {
    return { place, page: await pages.read(place.from) }
  } catch {
    const { lastRound } = place
    return { place: lastRound ? { lastRound } : {}, page: await pages.read() }
  }
}
