import pMap from 'p-map'
import { addSeconds, type Clock } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import { type DueIndex, type DueRow, dueRowOf } from '../domain/due.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { clockToleranceSeconds } from '../domain/plausibleTimes.ts'
import type { StoredTenant } from '../domain/tenant.ts'
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

/** As many as the audit's queries. In a first round, no tenant has a hint in the listing. */
const tenantsAtOnce = 10

/** Longer than the delay of any sweep in a healthy broker. */
const overdueSeconds = 2 * 3600

/**
 * Checks the next page of tenants, writes the row of the listing that one lacks, and corrects its hint. Rewrites the due row of each one
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
  const check = async (each: ListedTenant) => {
    const row = await tenants.inspect(each)
    if (!row) return
    await correctListing(pages, each, row)
    if (each.isUnlisted) listed++
    if (!each.isUnlisted && !isDoubtful(each)) return
    const dueRow = missingDueRow(row, now)
    if (dueRow) await due.insert(dueRow)
  }
  const wanted = page.tenants.filter((each) => each.isUnlisted || each.hintToSet || isDoubtful(each))
  await pMap(wanted, check, { concurrency: tenantsAtOnce })
  if (listed > 0) log('listing.repaired', { tenants: listed })
  const next = afterPage(place, page, now)
  await notes.write('audit', 'place', next.place)
  if (next.round) log('audit.round_ended', next.round)
  if (next.late) log('audit.round_late', next.late)
}

/** The listing's row of a damaged tenant has no hint, so that lists say what is wrong. */
async function correctListing(
  pages: Pick<TenantPages, 'list' | 'hint'>,
  { hintToSet, isUnlisted, ...name }: ListedTenant,
  row: StoredTenant | DamagedTenant,
): Promise<void> {
  if (isUnlisted || (hintToSet && isDamaged(row))) await pages.list(name)
  else if (hintToSet && !isDamaged(row)) await pages.hint(row.tenant, hintToSet)
}

/** The due row of a tenant that may have none; undefined if it needs none. */
function missingDueRow(row: StoredTenant | DamagedTenant, now: Date): DueRow | undefined {
  // A sweep reports it then, once a day. As often as the audit meets it, it's the same row.
  if (isDamaged(row)) return { ...cleanUpDueRow(row.remains, now), dueAt: nextMidnight(now) }
  const { tenant } = row
  if (tenant.status === 'connected' && tenant.grant && tenant.dueAt && tenant.dueAt <= now)
    return dueRowOf(tenant, tenant.grant, tenant.dueAt)
  return !tenant.dueAt && hasCleanUp(tenant) ? cleanUpDueRow(tenant, now) : undefined
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
