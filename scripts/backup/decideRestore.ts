import type { Config } from '../../shared/config.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { isOver } from '../../shared/operations/decideEnd.ts'

/** What is known about a tenant before it's restored. */
export interface RestoreFacts {
  /** As far as the backup's row can be read. */
  readonly saved: Tenant
  /** When storage wrote the backup's row. */
  readonly savedAt: Date
  /** The row that is there; undefined without one, and `damaged` if it can't be read. */
  readonly found: Tenant | 'damaged' | undefined
  readonly retention: Config['retention']
  readonly now: Date
}

/** `write`: the backup's row. `keep`: what is there. `over`: neither, because it would have been removed by now. */
export type RestoreDecision = 'write' | 'keep' | 'over'

/**
 * Decides which row counts. What is there is newer than a backup, so it stays, unless it's damaged, it knows of fewer
 * disconnects or an earlier consent or refresh, or an app has only asked for a link since the rows were lost.
 */
export function decideRestore({ saved, savedAt, found, retention, now }: RestoreFacts): RestoreDecision {
  if (found === 'damaged') return 'write'
  if (found) return isOlder(found, saved) ? 'write' : 'keep'
  const { status } = saved
  // A dead grant's tenant stays, and the round takes the grant again.
  if (status === 'reauthorization_required') return 'write'
  return isOver({ status, changedAt: savedAt }, retention, now) ? 'over' : 'write'
}

function isOlder(found: Tenant, saved: Tenant): boolean {
  const [one, other] = [found.disconnectCount ?? 0, saved.disconnectCount ?? 0]
  if (one !== other) return one < other
  const isBare = found.status === 'pending' && !found.grant && !found.pendingGrant
  if (isBare) return saved.status !== 'pending' || saved.pendingGrant !== undefined
  if (found.grant?.id !== saved.grant?.id)
    return timeOf(found.grant?.consentedAt) < timeOf(saved.grant?.consentedAt)
  return timeOf(found.accessToken?.refreshedAt) < timeOf(saved.accessToken?.refreshedAt)
}

function timeOf(time: Date | undefined): number {
  return time?.getTime() ?? 0
}
