import { type DueIndex, type DueRow, dueRowOf } from '../domain/due.ts'
import type { Tenant } from '../domain/tenant.ts'

/**
 * Removes a due row that the tenant's row doesn't confirm. The row's own due time is written again, in case its due row
 * is missing.
 */
export async function removeHint(
  due: Pick<DueIndex, 'move' | 'remove'>,
  row: DueRow,
  tenant: Tenant,
): Promise<void> {
  if (tenant.dueAt?.getTime() === row.dueAt.getTime()) return
  const { dueAt, grant } = tenant
  await (dueAt && grant ? due.move(row, dueRowOf(tenant, grant, dueAt)) : due.remove(row))
}
