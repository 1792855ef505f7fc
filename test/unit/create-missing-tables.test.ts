import { RestError } from '@azure/data-tables'
import { expect, test } from 'vitest'
import { createMissingTables } from '../../scripts/createMissingTables.ts'

/** Tables of which one name stays taken for a while after its deletion. */
function tablesWithTakenName(seconds: number) {
  let now = 0
  const created: string[] = []
  const create = (name: string) => async () => {
    if (name === 'Tenants' && now < seconds)
      throw new RestError('taken', { statusCode: 409, code: 'TableBeingDeleted' })
    created.push(name)
  }
  const names = ['Tenants', 'TenantsByWorkspace', 'RefreshDue', 'SignIns', 'BrokerState']
  const tables = Object.fromEntries(names.map((name) => [name, { createTable: create(name) }]))
  const clock = {
    now: () => new Date(now * 1000),
    sleep: async (milliseconds: number) => {
      now += milliseconds / 1000
    },
  }
  return { dependencies: { tables } as never, clock, created, names, elapsed: () => now }
}

test('missing tables are created once the name of a deleted one is free', async () => {
  const { dependencies, clock, created, names, elapsed } = tablesWithTakenName(45)
  const waits: string[] = []
  await createMissingTables(dependencies, (table) => waits.push(table), clock)
  expect(created).toEqual(names)
  expect(elapsed()).toBe(50)
  expect(waits).toEqual(Array.from({ length: 5 }, () => 'Tenants'))
})

test('a name that stays taken fails the command after ten minutes', async () => {
  const { dependencies, clock, elapsed } = tablesWithTakenName(Number.POSITIVE_INFINITY)
  const creating = createMissingTables(dependencies, undefined, clock)
  await expect(creating).rejects.toMatchObject({ code: 'TableBeingDeleted' })
  expect(elapsed()).toBe(600)
})
