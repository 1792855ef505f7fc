import { secondsUntil } from '../clock.ts'
import type { ListedTenantPage } from '../domain/tenantPages.ts'

/** Where the audit is, as it's stored between two runs. */
export interface AuditPlace {
  /** Where the next page starts; absent at the start of a round. */
  readonly from?: string
  /** When the round started, in ISO 8601; absent at the start of a round, and in notes of earlier versions. */
  readonly startedAt?: string
  /** How many tenants the round has seen so far. */
  readonly tenants?: number
}

/** The length of a round that is over. */
export interface AuditRound {
  readonly tenants: number
  readonly durationSeconds: number
}

/** The place after a page, and the round's length if that page was its last. */
export function afterPage(
  place: AuditPlace,
  page: ListedTenantPage,
  now: Date,
): { readonly place: AuditPlace; readonly round?: AuditRound } {
  const startedAt = place.startedAt ?? now.toISOString()
  const tenants = (place.tenants ?? 0) + page.tenants.length
  if (page.next) return { place: { from: page.next, startedAt, tenants } }
  // A round that an earlier version began has no known length.
  if (place.from && !place.startedAt) return { place: {} }
  return {
    place: {},
    round: { tenants, durationSeconds: Math.round(secondsUntil(now, new Date(startedAt))) },
  }
}
