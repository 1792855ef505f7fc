import { secondsUntil } from '../clock.ts'
import type { ListedTenantPage } from '../domain/tenantPages.ts'
import { addTenant, noTenants, type TenantCounts } from './tenantCounts.ts'

/** Where the audit is, as it's stored between two runs. */
export interface AuditPlace {
  /** Where the next page starts; absent at the start of a round. */
  readonly from?: string
  /** When the round started, in ISO 8601; absent at the start of a round, and in notes of earlier versions. */
  readonly startedAt?: string
  /** How many tenants the round has seen so far. */
  readonly tenants?: number
  /** The last day (UTC) on which the operator was told that the round takes too long. */
  readonly toldDay?: string
  /** What it has counted of them; absent if an earlier version saw some of them. */
  readonly counts?: TenantCounts
  /** What the last complete round counted. */
  readonly lastRound?: TenantCounts
}

/** The length of a round that is over. */
export interface AuditRound {
  readonly tenants: number
  readonly durationSeconds: number
}

/**
 * The longest round, in days: twice what a million tenants take. A tenant whose due row is lost waits for it, after a
 * keep-alive of at most 60 days, and an unused grant dies after 90.
 */
export const maxRoundDays = 14

/** The place after a page, the round's length if that page was its last, and once a day, if it takes too long. */
export function afterPage(
  place: AuditPlace,
  page: ListedTenantPage,
  now: Date,
): { readonly place: AuditPlace; readonly round?: AuditRound; readonly late?: AuditRound } {
  const startedAt = place.startedAt ?? now.toISOString()
  const tenants = (place.tenants ?? 0) + page.tenants.length
  const counts = countPage(place, page, now)
  const lastRound = page.next ? place.lastRound : (counts ?? place.lastRound)
  const kept = lastRound && { lastRound }
  const round = { tenants, durationSeconds: Math.round(secondsUntil(now, new Date(startedAt))) }
  if (page.next) {
    const today = now.toISOString().slice(0, 10)
    const isLate = round.durationSeconds > maxRoundDays * 86_400
    const toldDay = isLate ? today : undefined
    const next = {
      from: page.next,
      startedAt,
      tenants,
      ...(toldDay && { toldDay }),
      ...(counts && { counts }),
    }
    return { place: { ...next, ...kept }, ...(isLate && place.toldDay !== today && { late: round }) }
  }
  // A round that an earlier version began has no known length.
  if (place.from && !place.startedAt) return { place: { ...kept } }
  return { place: { ...kept }, round }
}

function countPage(
  { counts, from }: AuditPlace,
  page: ListedTenantPage,
  now: Date,
): TenantCounts | undefined {
  const before = from === undefined ? noTenants : counts
  return before && page.tenants.reduce((sum, { counted }) => addTenant(sum, counted, now), before)
}
