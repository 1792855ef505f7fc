import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TableClient, TransactionAction } from '@azure/data-tables'
import { expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { refreshChunksQueue } from '../../shared/operations/runSweep.ts'
import { allSettings } from '../../shared/settings.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { accountOf } from './connectGround.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const page = read('docs/data-lifecycle.md')
const storage = read('docs/storage.md')

/** The first cell of each row, and how many cells it has. */
const rows = [...page.matchAll(/^\| `([^`]+)` (\|.*)$/gm)].map(([, kind = '', cells = '']) => ({
  kind,
  cells: cells.split('|').filter((cell) => cell.trim() !== '').length,
}))
const kinds = rows.map(({ kind }) => kind)

/** The kinds of rows in `Tenants`, as the stores write them: what precedes the colon in their keys. */
async function kindsOfTenantRows(): Promise<string[]> {
  const written: string[] = []
  const client = {
    upsertEntity: async () => ({ etag: '' }),
    submitTransaction: async (actions: TransactionAction[]) => {
      written.push(...actions.map(([, { rowKey }]) => String(rowKey)))
      return { subResponses: [{ etag: '' }] }
    },
  } as unknown as TableClient
  const tables = { Tenants: client, TenantsByWorkspace: client }
  const at = new Date()
  const name = { workspace: 'w', tenant: 't' }
  const tenant: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: at }
  await createTenantTable(tables).create(tenant, [{ type: 'tenant.created', at, detail: '' }])
  await createAccountTable(tables).write(name, 'g', [accountOf('1')])
  return [...new Set(written.map((rowKey) => rowKey.split(':')[0] ?? ''))]
}

/** The kinds of one-time records: the words of the type. */
function kindsOfRecords(): string[] {
  const [, type = ''] = /export type OneTimeKind =([\s\S]*?)\n\n/.exec(read('shared/domain/oneTime.ts')) ?? []
  return [...type.matchAll(/'([^']+)'/g)].map(([, kind = '']) => kind)
}

/** The partitions of `BrokerState`, which the test of docs/storage.md compares with the code. */
function partitions(): string[] {
  const [, table = ''] = storage.split('| partition |')
  return [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

test('docs/data-lifecycle.md has each kind of row, and no other', async () => {
  const expected = [
    ...(await kindsOfTenantRows()).map((kind) => `Tenants ${kind}`),
    ...['TenantsByWorkspace', 'RefreshDue'],
    ...kindsOfRecords().map((kind) => `SignIns ${kind}`),
    ...partitions().map((kind) => `BrokerState ${kind}`),
  ]
  const named = kinds.filter((kind) => tableNames.some((table) => kind.split(' ')[0] === table))
  expect(named.toSorted()).toEqual(expected.toSorted())
  expect(new Set(named.map((kind) => kind.split(' ')[0]))).toEqual(new Set(tableNames))
})

test('it has each kind of secret, and the queue', () => {
  const secrets = [...storage.matchAll(/^### (The broker|Grants|Marks of disconnects)/gm)].map(
    ([, kind]) => kind,
  )
  expect(secrets).toHaveLength(3)
  expect(kinds).toEqual(
    expect.arrayContaining([
      ...['secret of the broker', 'secret of a grant', 'mark of a disconnect', 'readiness-probe'],
      ...[`queue ${refreshChunksQueue}`, `queue ${refreshChunksQueue}-poison`],
    ]),
  )
  const headings = [...storage.split('\n## Key Vault\n')[1]!.split('\n## ')[0]!.matchAll(/^### /gm)]
  expect(headings).toHaveLength(secrets.length)
})

test('it says for each kind who writes it, who ends it, and what is left', () => {
  expect(rows.filter(({ cells }) => cells !== 4)).toEqual([])
})

test('it names the settings that end something, with their defaults', () => {
  const settings = allSettings().filter(({ name }) => /_DAYS$/.test(name) && /TENANT|BACKUP|DEAD/.test(name))
  expect(settings).toHaveLength(5)
  for (const { name, default: value } of settings) expect(page).toContain(`\`${name}\` (${value})`)
})

test('a deleted blob is kept for as long as it says', () => {
  const [, days] = /\| soft-deleted for (\d+) days/.exec(page) ?? []
  const policies = [...read('infra/modules/storage.bicep').matchAll(/[dD]eleteRetentionPolicy: \{(.*)\}/g)]
  expect(policies.map(([, policy]) => policy?.trim())).toEqual(Array(2).fill(`enabled: true, days: ${days}`))
})
