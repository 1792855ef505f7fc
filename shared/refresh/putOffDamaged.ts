import type { Clock } from '../clock.ts'
import type { DamagedRowError } from '../domain/damagedRow.ts'
import type { DueIndex, DueRow } from '../domain/due.ts'
import type { Log } from '../domain/logEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { nextMidnight } from './nextMidnight.ts'

/**
 * Puts off a tenant whose row can't be read until the next midnight, and logs it: it doesn't affect the others, and is
 * reported again each day until it's repaired or disconnected.
 */
export async function putOffDamaged(
  {
    clock,
    due,
    log,
  }: {
    readonly clock: Clock
    readonly due: Pick<DueIndex, 'move'>
    readonly log: Log
  },
  row: DueRow,
  { damage }: DamagedRowError,
): Promise<void> {
  log('tenant.damaged', { tenantKey: tenantKey(row), ...damage })
  await due.move(row, { ...row, dueAt: nextMidnight(clock.now()) })
}
