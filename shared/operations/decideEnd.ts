import type { Config } from '../config.ts'
import type { TenantStatus } from '../domain/tenant.ts'

/** What decides whether a tenant is over. */
export interface LastChange {
  readonly status: TenantStatus
  /** When its row was last written, by storage's own clock. Each connect session of a tenant that isn't connected writes it. */
  readonly changedAt: Date
}

/** A link is valid for at most 7 days (`expiresIn` of a connect session), and a sign-in can begin until then. */
const maxLinkDays = 7

/** More than a sign-in with its confirmation takes, and more than any two clocks differ. */
const marginDays = 1

/**
 * Whether a tenant that was never connected, or is disconnected, or must sign in again, has been left alone for as long as
 * its setting says.
 */
export function isOver(
  { changedAt, status }: LastChange,
  { deadGrantDays, disconnectedTenantDays, pendingTenantDays }: Config['retention'],
  now: Date,
): boolean {
  // Each of them may have an open link.
  const kept = {
    pending: pendingTenantDays + maxLinkDays,
    disconnected: disconnectedTenantDays + maxLinkDays,
    reauthorization_required: deadGrantDays + maxLinkDays,
  }
  if (status === 'connected') return false
  return changedAt.getTime() + (kept[status] + marginDays) * 86_400_000 <= now.getTime()
}
