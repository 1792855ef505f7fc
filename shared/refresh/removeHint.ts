import { type DueIndex, type DueRow, dueRowOf } from '../domain/due.ts'
import type { Tenant } from '../domain/tenant.ts'

/**
 * Removes a due row that the tenant's row doesn't confirm. The row's own due time is written again first, in case its
 * due row is missing.
 */
export async function removeHint(
  due: Pick<DueIndex, 'insert' | 'remove'>,
  row: DueRow,
  tenant: Tenant,
): Promise<void> {
  if (tenant.dueAt?.getTime() === row.dueAt.getTime()) return
  if (tenant.dueAt && tenant.grant) await due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
  await due.remove(row)
}
