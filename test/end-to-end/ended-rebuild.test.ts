import { afterAll, beforeAll, expect, test } from 'vitest'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import type { Broker } from '../../shared/broker.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

async function rebuild(broker = world.createBroker()) {
  return rebuildTables(broker, await findTagged(broker.vaults.grants), 'write')
}

test('a row that fails is counted and named, and the others are repaired', async () => {
  const row = { environment: 'production', status: 'pending', createdAt: new Date() } as const
  const names = ['first', 'second', 'third'].map((tenant) => ({ workspace: 'agency', tenant }))
  for (const name of names) {
    await world.broker.tenants.create({ ...name, ...row }, [])
    const key = { partitionKey: tenantKey(name), rowKey: 'tenant' }
    await world.broker.tables.Tenants.updateEntity({ ...key, status: 'unheard-of' }, 'Merge')
  }
  const { faults } = world.stack.parts.azurite.service.control
  faults.add({ kind: 'serverBusy', partition: tenantKey(names[1]!), rows: 1 })
  const { attention } = await rebuild()
  faults.clear()
  const outcomeOf = (tenant: string) => attention.find((each) => each.tenant === tenant)?.outcome
  expect(names.map(({ tenant }) => outcomeOf(tenant))).toEqual(['repaired', 'failed', 'repaired'])
  expect((await rebuild()).attention).toEqual([{ ...names[1], outcome: 'repaired' }])
})

/** Where a rebuild ends: at the first change of this kind in a vault, or after this many writes to the tables. */
const ends = ['set', 'delete', 0, 1, 3, 6] as const

test('a rebuild that ends at any write, with several tenants under way, is completed by the next one', async () => {
  const names = [
    await world.connect('ada', 'ada@outlook.example'),
    await world.connect('grace', 'grace@contoso.example'),
  ]
  const vaults = [world.stack.parts.grantVault, world.stack.parts.vault].map(({ service }) => service.control)
  for (const end of ends) {
    await loseTables()
    const broker = world.createBroker()
    if (typeof end === 'number') endAfter(broker, end)
    else for (const { faults } of vaults) faults.add({ kind: 'forbiddenByFirewall', operation: end })
    expect((await rebuild(broker)).counts.failed ?? 0, String(end)).toBeGreaterThan(0)
    for (const { faults } of vaults) faults.clear()
    expect((await rebuild()).counts).not.toHaveProperty('failed')
    for (const name of names) {
      expect((await world.read(name)).status).toBe('connected')
      expect(await world.refreshes(name)).toBe(true)
    }
  }
})

/** Lets a broker's tables take this many writes, from all of its tenants together. */
function endAfter(broker: Broker, writes: number): void {
  let left = writes
  for (const { pipeline } of Object.values(broker.tables))
    pipeline.addPolicy({
      name: 'ending',
      async sendRequest(request, next) {
        if (request.method !== 'GET' && left-- <= 0) throw new TypeError('The process has ended.')
        return next(request)
      },
    })
}

async function loseTables() {
  for (const table of Object.values(world.broker.tables))
    for await (const { partitionKey, rowKey } of table.listEntities())
      await table.deleteEntity(partitionKey!, rowKey!)
}
