import { TableServiceClient } from '@azure/data-tables'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ports, storageConnection } from '../../local/settings.ts'
import { type RunningStorage, startStorage } from '../../local/storage.ts'
import { counted } from '../../scripts/cost/counted.ts'
import type { Config } from '../../shared/config.ts'
import { createTables, type Tables } from '../../shared/storage/clients.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { connected } from '../simulation/ground.ts'

let storage: RunningStorage
let tables: Tables

beforeAll(async () => {
  storage = await startStorage({ blob: 0, queue: 0, table: 0 })
  const connectionString = storageConnection(storage.ports as Ports)
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true })
  for (const name of ['Tenants', 'TenantsByWorkspace']) await service.createTable(name)
  const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
  tables = createTables(config, { getToken: async () => null })
})

afterAll(() => storage?.stop())

/** The same table, and the most reads of rows that were under way at the same time. */
function watched(table: Tables['Tenants']) {
  let [reading, most] = [0, 0]
  const getEntity: Tables['Tenants']['getEntity'] = async (...row) => {
    most = Math.max(most, ++reading)
    return table.getEntity(...row).finally(() => reading--) as never
  }
  return { most: () => most, table: Object.assign(Object.create(table), { getEntity }) as Tables['Tenants'] }
}

test('a page of a list costs one query and a read for each tenant, 32 of them at once', async () => {
  const { most, table } = watched(tables.Tenants)
  const store = createTenantTable({ ...tables, Tenants: table })
  const names = Array.from({ length: 40 }, (_, number) => `t${number}`)
  for (const tenant of names)
    await store.create({ ...connected('sealed:x'), workspace: 'agency', tenant }, [])
  storage.control.log.clear()
  const page = await store.list('agency', 200)
  expect(page).toMatchObject({ tenants: { length: names.length } })
  const reads = { 'list TenantsByWorkspace': 1, 'get Tenants': names.length }
  expect(storage.control.log.counts()).toEqual(reads)
  expect(most()).toBe(counted.listReadsAtOnce)
})
