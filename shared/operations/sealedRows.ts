import { decodeProtectedHeader } from 'jose'
import type { TenantName } from '../domain/tenant.ts'
import type { Tables } from '../storage/clients.ts'
import { readTenantRows } from '../storage/tenantRows.ts'
import { runStorageOperation } from '../storage/unavailable.ts'

/** A row, with the ids of the keys that sealed its texts. */
export interface SealedRow {
  /** A tenant's, if the row is one that says whose it is. */
  readonly tenant?: TenantName | undefined
  /** What a person finds it by. */
  readonly place: string
  /** `undefined` among them stands for a text that names no key. */
  readonly keys: ReadonlySet<string | undefined>
}

/** A JWE in compact form with direct encryption: the second of its five parts is empty (RFC 7516, section 3.1). */
const sealedText = /eyJ[\w-]{1,999}\.\.[\w-]+\.[\w-]+\.[\w-]+/g

/**
 * Reads every row that can hold a sealed text, in whichever column and of whichever version: tenants, with their
 * waiting consents; one-time records; and the broker's notes. Accounts, events, the listing, and due rows never hold
 * one.
 */
export async function* readSealedRows(
  tables: Pick<Tables, 'Tenants' | 'SignIns' | 'BrokerState'>,
): AsyncGenerator<SealedRow> {
  for await (const { rows } of readTenantRows(tables, { select: 'all' }))
    for (const { columns, key, name } of rows) {
      const place = name ? `${name.workspace}/${name.tenant}` : `Tenants ${key}`
      yield { tenant: name, place, keys: keysIn(columns) }
    }
  for (const table of ['SignIns', 'BrokerState'] as const) yield* readOthers(tables, table)
}

async function* readOthers(
  tables: Pick<Tables, 'SignIns' | 'BrokerState'>,
  table: 'SignIns' | 'BrokerState',
): AsyncGenerator<SealedRow> {
  const pages = tables[table].listEntities().byPage({ maxPageSize: 1000 })
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return
    for (const columns of value) {
      const place = `${table} ${columns.partitionKey} ${columns.rowKey}`
      yield { place, keys: keysIn(columns) }
    }
  }
}

function keysIn(columns: Readonly<Record<string, unknown>>): ReadonlySet<string | undefined> {
  const texts = Object.values(columns).filter((value) => typeof value === 'string')
  return new Set(texts.flatMap((text) => keysOf(text)))
}

function keysOf(text: string): (string | undefined)[] {
  const found = text.match(sealedText) ?? []
  if (found.length === 0 && text.startsWith('sealed:')) return [undefined]
  return found.map(keyOf)
}

/** The id of the key that a text names; undefined if it isn't sealed. */
export function keyOf(sealed: string): string | undefined {
  try {
    return decodeProtectedHeader(sealed).kid
  } catch {
    return undefined
  }
}
