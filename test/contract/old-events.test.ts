import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import { createOldEvents, type OldEvent } from '../../shared/storage/oldEvents.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { accountOf } from '../unit/connectGround.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'

let bench: TablesBench

beforeAll(async () => {
  bench = await openTablesBench()
})

afterAll(() => bench?.close())

const at = new Date('2026-11-01T10:00:00Z')

/** A connected tenant with this many events, one second apart, beside its accounts. */
async function create(tenant: string, events: number) {
  const name = { workspace: 'w', tenant }
  const store = createTenantTable(bench.tables)
  const row = { ...name, environment: 'production', status: 'pending', createdAt: at } as const
  const eventAt = (second: number) =>
    ({ type: 'accounts.default_changed', at: addSeconds(at, second), detail: `${second}` }) as const
  const made = await store.create(row, [eventAt(0)])
  if (made === 'conflict') throw new Error(made)
  let stored = made
  for (let start = 1; start < events; start += 90) {
    const some = Array.from({ length: Math.min(90, events - start) }, (_, index) => eventAt(start + index))
    const next = await store.replace(stored, row, some)
    if (next === 'conflict') throw new Error(next)
    stored = next
  }
  await createAccountTable(bench.tables).write(name, 'g', [accountOf('1')])
  return {
    left: async () => {
      const page = await store.events(name, 1000)
      if (page === 'continuation_unknown') throw new Error(page)
      return page.events.map(({ detail }) => Number(detail))
    },
    isThere: async () => (await store.read(name)) !== undefined,
  }
}

test('events before a time are found in all tenants’ rows and removed, and nothing else', async () => {
  const [many, few] = [await create('many', 250), await create('few', 3)]
  const old = createOldEvents(bench.tables)
  const found: OldEvent[] = []
  let from: string | undefined
  do {
    const page = await old.read(addSeconds(at, 240), from)
    found.push(...page.events)
    from = page.next
  } while (from)
  expect(found).toHaveLength(240 + 3)
  for (const { writtenAt } of found) expect(Math.abs(writtenAt.getTime() - Date.now())).toBeLessThan(60_000)
  await old.remove(found)
  expect(await many.left()).toEqual([249, 248, 247, 246, 245, 244, 243, 242, 241, 240])
  expect(await few.left()).toEqual([])
  expect([await many.isThere(), await few.isThere()]).toEqual([true, true])
  let rows = 0
  for await (const _row of bench.tables.Tenants.listEntities()) rows++
  expect(rows).toBe(2 + 10 + 2 * 2)
  // Another process was faster: that is no failure.
  await old.remove(found.slice(0, 3))
})
