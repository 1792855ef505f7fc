import { odata, type TableEntity, type TransactionAction } from '@azure/data-tables'
import { systemClock, systemRandomness } from '../clock.ts'
import { type Account, type AccountStore, continuationAfter, maxAccountPage } from '../domain/account.ts'
import type { Waiting } from '../domain/patience.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Tables } from './clients.ts'
import { submitPaced } from './paced.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

/** The most changes in an entity-group transaction (table-service-error-codes, InvalidInput). */
const transactionSize = 100

/**
 * Stores a tenant's accounts next to its row, by generation; the tenant row names the current generation.
 * Each account has a second row by its number, so finding it costs the same no matter how many there are.
 * @param waiting the pace of writing. Default is the machine's clock.
 */
export function createAccountTable(
  { Tenants: table }: Pick<Tables, 'Tenants'>,
  waiting: Waiting = { clock: systemClock, randomness: systemRandomness },
): AccountStore {
  const findById = async (name: TenantName, generation: string, accountId: string) => {
    const filter = rowsBetween(name, `account:${generation}:${accountId}:`)
    return (await readPage(table, filter, transactionSize)).map(toAccount)
  }
  return {
    async write(name, generation, accounts) {
      const rows = accounts.flatMap((account) => rowsOf(name, generation, account))
      await submitAll(
        { table, waiting },
        rows.map((row) => ['upsert', row, 'Replace']),
      )
    },
    async list(name, generation, limit, continuation) {
      const prefix = `account:${generation}:`
      const after = continuation && Buffer.from(continuation, 'base64url').toString()
      const filter = rowsBetween(name, prefix, after)
      const page = await readPage(table, filter, Math.min(limit, maxAccountPage))
      const accounts = page.map(toAccount)
      const last = accounts.at(-1)
      return { accounts, ...(page.hasMore && last && { continuation: continuationAfter(last) }) }
    },
    findById,
    async findByNumber(name, generation, number) {
      if (!isIndexable(number)) return []
      const filter = rowsBetween(name, numberKey(generation, number, ''))
      const rows = await readPage(table, filter, transactionSize)
      const ids = new Set(rows.map((row) => String(row.accountId)))
      const found = await Promise.all([...ids].map((accountId) => findById(name, generation, accountId)))
      return found.flat()
    },
    async removeOthers(name, generation, isSpared = () => false) {
      const isDoomed = (rowKey: string) => {
        const [, of = ''] = rowKey.split(':')
        return of !== generation && !isSpared(of)
      }
      await removeRows({ table, waiting }, name, (await allRowKeys(table, name)).filter(isDoomed))
    },
    async removeAll(name, isStillWanted) {
      const rowKeys = await allRowKeys(table, name)
      if (rowKeys.length > 0 && (await isStillWanted())) await removeRows({ table, waiting }, name, rowKeys)
    },
  }
}

/** A filter for the rows whose key has this prefix, after a given row if there is one. */
function rowsBetween(name: TenantName, prefix: string, after = ''): string {
  return odata`PartitionKey eq ${tenantKey(name)} and RowKey gt ${prefix + after} and RowKey lt ${`${prefix}~`}`
}

type Rows = Record<string, unknown>[] & { hasMore?: boolean }

/** The first nonempty page: a page may be empty if a query crosses the service's own limits. */
async function readPage(table: Tables['Tenants'], filter: string, maxPageSize: number): Promise<Rows> {
  return runStorageOperation('tables', async () => {
    for await (const page of table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize })) {
      if (page.length > 0) return Object.assign([...page], { hasMore: page.continuationToken !== undefined })
    }
    return []
  })
}

async function rowKeysOf(table: Tables['Tenants'], name: TenantName, prefix: string): Promise<string[]> {
  const queryOptions = { filter: rowsBetween(name, prefix), select: ['rowKey'] }
  return runStorageOperation('tables', async () => {
    const rowKeys: string[] = []
    for await (const { rowKey } of table.listEntities({ queryOptions })) if (rowKey) rowKeys.push(rowKey)
    return rowKeys
  })
}

async function allRowKeys(table: Tables['Tenants'], name: TenantName): Promise<string[]> {
  return [...(await rowKeysOf(table, name, 'account:')), ...(await rowKeysOf(table, name, 'number:'))]
}

interface PacedTable {
  readonly table: Tables['Tenants']
  readonly waiting: Waiting
}

async function removeRows(paced: PacedTable, name: TenantName, rowKeys: readonly string[]): Promise<void> {
  const partitionKey = tenantKey(name)
  await submitAll(
    paced,
    rowKeys.map((rowKey) => ['delete', { partitionKey, rowKey }]),
  )
}

async function submitAll(
  { table, waiting }: PacedTable,
  actions: readonly TransactionAction[],
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(actions.length / transactionSize) }, (_, batch) =>
    actions.slice(batch * transactionSize, (batch + 1) * transactionSize),
  )
  await submitPaced(waiting, batches, (batch) => submit(table, batch))
}

async function submit(table: Tables['Tenants'], actions: TransactionAction[]): Promise<void> {
  await onRow(
    () => table.submitTransaction(actions),
    // Another process cleaned up the same old generation.
    actions[0]?.[0] === 'delete' ? { absent: undefined } : {},
  )
}

/** Keys allow neither slashes nor special characters; an account whose number has them is found only by its id. */
function isIndexable(number: string): boolean {
  return /^[A-Za-z0-9_-]{1,60}$/.test(number)
}

function numberKey(generation: string, number: string, accountId: string): string {
  return `number:${generation}:${number.toUpperCase()}:${accountId}`
}

function rowsOf(name: TenantName, generation: string, account: Account): TableEntity[] {
  const partitionKey = tenantKey(name)
  const { ways, ...columns } = account
  const { accountId, customerId, number } = account
  const rowKey = `account:${generation}:${accountId}:${customerId}`
  const byNumber = { partitionKey, rowKey: numberKey(generation, number, accountId), accountId }
  const row = { partitionKey, rowKey, ...columns, ...(ways && { ways: JSON.stringify(ways) }) }
  return [row, ...(isIndexable(number) ? [byNumber] : [])]
}

function toAccount(entity: Record<string, unknown>): Account {
  const { partitionKey: _p, rowKey: _r, etag: _e, timestamp: _t, ways, ...account } = entity
  const parsed = typeof ways === 'string' && { ways: JSON.parse(ways) as Account['ways'] }
  return { ...account, ...parsed } as unknown as Account
}
