import { addSeconds, type Clock } from '../clock.ts'
import type { ListableVault } from '../domain/vault.ts'
import { type TableName, type Tables, tableNames } from './clients.ts'
import { tenantRowKey } from './tenantEntity.ts'
import { runStorageOperation } from './unavailable.ts'

/** One page of a place: how many rows or secrets it has of each kind, and where the next page starts. */
export interface KindPage {
  readonly counts: Readonly<Record<string, number>>
  /** Absent on the last page. */
  readonly next?: string
}

/** Everything that is stored, counted by kind: names and keys are read, and nothing else. */
export interface StoredKinds {
  /** Each table by its name, and each vault of grants by its host. */
  readonly places: readonly string[]
  /**
   * Reads a page. `too_many` if a vault has more secrets than can be listed in a minute.
   * @param from the previous page's `next`. Default is the start.
   */
  read(place: string, from?: string): Promise<KindPage | 'too_many'>
}

/**
 * The client of Key Vault drops the link to the next page, so a vault is one page. Its 25 secrets a call, one call after
 * the other, stay far below the vault's 4,000 calls in ten seconds (key-vault/general/service-limits).
 */
const maxVaultSeconds = 60

/** Counts the rows of the tables, 1,000 a page, and the enabled secrets of the vaults. */
export function createStoredKinds(
  tables: Tables,
  vaults: readonly ListableVault[],
  clock: Clock,
): StoredKinds {
  return {
    places: [...tableNames, ...vaults.map(({ host }) => host)],
    async read(place, from) {
      const table = tableNames.find((name) => name === place)
      if (table) return readTable(tables, table, from)
      const vault = vaults.find(({ host }) => host === place)
      return vault ? readVault(vault, clock) : { counts: {} }
    },
  }
}

async function readVault(vault: ListableVault, clock: Clock): Promise<KindPage | 'too_many'> {
  const until = addSeconds(clock.now(), maxVaultSeconds)
  const names: string[] = []
  for await (const { name } of vault.list()) {
    if (clock.now() >= until) return 'too_many'
    names.push(name)
  }
  return { counts: countKinds(names, kindOfSecret) }
}

async function readTable(
  tables: Tables,
  name: TableName,
  continuationToken: string | undefined,
): Promise<KindPage> {
  const rows = tables[name].listEntities({ queryOptions: { select: ['rowKey'] } })
  const pages = rows.byPage({ ...(continuationToken && { continuationToken }) })
  const { done, value } = await runStorageOperation('tables', () => pages.next())
  if (done) return { counts: {} }
  const keys = value.map(({ rowKey }) => rowKey ?? '')
  const { continuationToken: next } = value
  return { counts: countKinds(keys, (key) => kindOfRow(name, key)), ...(next && { next }) }
}

const rowKinds = [tenantRowKey, 'account', 'number', 'event']

/** As in `docs/data-lifecycle.md`; the kinds of one-time records and of the broker's own state are counted together. */
function kindOfRow(table: TableName, rowKey: string): string {
  if (table !== 'Tenants') return table
  const [kind = ''] = rowKey.split(':')
  return `${table} ${rowKinds.includes(kind) ? kind : 'other'}`
}

function kindOfSecret(name: string): string {
  if (name.startsWith('grant-')) return 'secret of a grant'
  return name.startsWith('disconnected-') ? 'mark of a disconnect' : 'other secret'
}

function countKinds(names: readonly string[], kindOf: (name: string) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of names.map(kindOf)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
