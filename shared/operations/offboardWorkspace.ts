import type { Tables } from '../storage/clients.ts'
import { readTenantRows } from '../storage/tenantRows.ts'
import { type DisconnectServices, disconnectTenant } from '../tenants/disconnect.ts'
import { assertListed } from './assertListed.ts'

/** How a workspace is offboarded. */
export interface Offboarding {
  /** Whether its tenants are only told. */
  readonly isDryRun: boolean
  /** Called with each tenant's id and its status, or `conflict` if other processes keep changing its row. */
  readonly onTenant: (tenant: string, status: string) => void
}

/**
 * Disconnects every tenant of a workspace, by the tenants' own rows: an app that lists them can miss some. A row that
 * can't be read is ended as well. One that is disconnected already is left alone.
 * @returns the number of tenants by status.
 * @throws ListingDiffersError if the listing and the rows differ: tenants can be missing that come back.
 */
export async function offboardWorkspace(
  {
    grantServices,
    tables,
  }: {
    readonly grantServices: DisconnectServices
    readonly tables: Pick<Tables, 'Tenants' | 'TenantsByWorkspace'>
  },
  workspace: string,
  { isDryRun, onTenant }: Offboarding,
): Promise<Readonly<Record<string, number>>> {
  await assertListed(tables)
  const counts: Record<string, number> = {}
  for await (const { rows } of readTenantRows(tables, { select: ['status'] }))
    for (const { columns, name } of rows) {
      if (name?.workspace !== workspace) continue
      const isOver = isDryRun || columns.status === 'disconnected'
      const ended = isOver ? undefined : await disconnectTenant(grantServices, name)
      const status = ended === 'conflict' ? ended : String(ended?.tenant.status ?? columns.status)
      counts[status] = (counts[status] ?? 0) + 1
      onTenant(name.tenant, status)
    }
  return counts
}
