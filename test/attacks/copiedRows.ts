import type { TenantName } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { World } from '../end-to-end/world.ts'

/** A row of a table, with every column. */
export type Row = Readonly<Record<string, unknown>>

/** Reads the row of a tenant. */
export async function readRow(world: World, name: TenantName): Promise<Row> {
  return world.tableClient('Tenants').getEntity<Record<string, unknown>>(tenantKey(name), 'tenant')
}

/** Replaces a tenant's row, as someone with a right to write to the tables can. */
export async function replaceRow(world: World, name: TenantName, columns: object): Promise<void> {
  const row = { ...columns, partitionKey: tenantKey(name), rowKey: 'tenant' }
  await world.tableClient('Tenants').upsertEntity(row, 'Replace')
}

/** Each text in a row: its keys, columns, and what the JSON in them contains. */
export function textsOf(row: object): string[] {
  const texts = Object.values(row).flatMap((value) => (typeof value === 'string' ? textsIn(value) : []))
  return [...new Set(texts)].filter((text) => text !== '')
}

function textsIn(value: string): string[] {
  try {
    const read: unknown = JSON.parse(value)
    return [value, ...(typeof read === 'object' && read ? textsOf(read) : [])]
  } catch {
    return [value]
  }
}
