import { withTimeLimit } from '../clock.ts'
import { isEndedBy } from '../domain/disconnectMarks.ts'
import { disconnectAgain } from '../tenants/disconnect.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'
import type { RefreshOutcome } from './outcome.ts'

/** A vault that doesn't answer delays a refresh by at most this time. */
const markSeconds = 2

/**
 * Ends a tenant whose row was restored from a backup from before its disconnect. A sealed grant comes back with the
 * row, so its mark is read before the provider is called: once for each refresh, and never for a vend. A grant in a
 * vault was destroyed there, so nothing has to be read for it, unless the vault is read-only. While the vault doesn't answer, the refresh continues, and
 * the next one reads the mark again.
 * @returns undefined if the tenant hasn't been disconnected since its consent.
 */
export async function endRestoredRow(
  dependencies: RefreshDependencies,
  { leased, time }: Attempt,
): Promise<RefreshOutcome | undefined> {
  const { clock, grants, marks } = dependencies
  const { grant, tenant } = leased
  if (!grant.reference.startsWith('sealed:') && !grants.mustMove(grant.reference)) return undefined
  const read = () => withTimeLimit(clock, markSeconds, 'reading the mark', () => marks.read(tenant))
  const disconnectedAt = await time.step('reading the mark', read).catch(() => undefined)
  if (!disconnectedAt || !isEndedBy(disconnectedAt, grant)) return undefined
  const stored = await disconnectAgain(dependencies, leased, disconnectedAt)
  return stored
    ? { outcome: 'passed_on', stored, reason: 'not_connected' }
    : { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
}
