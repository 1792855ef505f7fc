import { type Clock, withTimeLimit } from '../clock.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import type { Log } from '../domain/logEvents.ts'
import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withoutOwedMark } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'

/** Dependencies of marking disconnects. */
export interface MarkDependencies extends ChangeDependencies {
  readonly marks: DisconnectMarks
  readonly clock: Clock
  readonly log: Log
}

/** Writing the mark delays its caller by at most twice this time. */
const markSeconds = 5

/**
 * Writes a disconnect's outstanding mark. If the vault doesn't take it, the row still owes it, and its due row makes a
 * later sweep retry.
 * @returns the current row.
 */
export async function writeOwedMark(
  dependencies: MarkDependencies,
  stored: StoredTenant,
): Promise<StoredTenant> {
  const { clock, log, marks } = dependencies
  const { tenant } = stored
  const { disconnectedAt, environment, owesMark } = tenant
  if (!owesMark || !disconnectedAt) return stored
  const write = () => marks.write(tenant, disconnectedAt)
  const strike = () =>
    changeTenant(dependencies, stored, (row) =>
      isSameDisconnect(row, disconnectedAt) ? { next: withoutOwedMark(row) } : undefined,
    )
  try {
    await withTimeLimit(clock, markSeconds, 'marking the disconnect', write)
    const struck = await withTimeLimit(clock, markSeconds, 'noting the mark', strike)
    return 'stored' in struck ? struck.stored : stored
  } catch {
    log('disconnect.mark_owed', { tenantKey: tenantKey(tenant), environment })
    return stored
  }
}

function isSameDisconnect({ disconnectedAt, owesMark }: Tenant, at: Date): boolean {
  return owesMark === true && disconnectedAt?.getTime() === at.getTime()
}
