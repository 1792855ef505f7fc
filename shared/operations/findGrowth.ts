import { recentDays } from './tenantCounts.ts'

/** What one census found, as far as the next ones compare with it. */
export interface CensusEntry {
  /** When it ended, in ISO 8601. */
  readonly at: string
  readonly connected: number
  /** Rows, secrets, and left-overs by kind. */
  readonly counts: Readonly<Record<string, number>>
}

/** A month's own ups and downs stay below both; fewer rows than this cost nothing. */
const limits = { share: 0.25, rows: 1000 } as const

/** If more tenants than this share consented in that time, they explain any growth: one can bring thousands of accounts. */
const maxShareOfConsents = 0.05

/**
 * Finds the kinds that grew without connects: by a quarter and by 1,000 within four weeks, while fewer than a twentieth
 * of the connected tenants consented.
 * @param consents tenants whose person consented in the four weeks before `now`.
 */
export function findGrowth(
  history: readonly CensusEntry[],
  now: CensusEntry,
  consents: number,
): readonly string[] {
  const before = history.findLast(({ at }) => daysBetween(at, now.at) >= recentDays)
  if (!before || consents > before.connected * maxShareOfConsents) return []
  return Object.entries(now.counts)
    .filter(([kind, count]) => {
      const earlier = before.counts[kind] ?? 0
      return count - earlier >= limits.rows && count > earlier * (1 + limits.share)
    })
    .map(([kind]) => kind)
}

function daysBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 86_400_000
}
