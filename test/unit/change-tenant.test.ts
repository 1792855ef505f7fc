import { expect, test } from 'vitest'
import { systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantEvent } from '../../shared/domain/tenantEvents.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { withDisplayName } from '../../shared/domain/transitions.ts'
import { changeTenant } from '../../shared/tenants/changeTenant.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const name = { workspace: 'w', tenant: 't' }
const at = new Date('2026-11-28T12:00:00Z')
const row: Tenant = { ...name, environment: 'production', status: 'pending', createdAt: at }
const event: TenantEvent = { type: 'accounts.default_changed', at, detail: 'It changed.' }

/** A row, and a writer whose nth write has the nth of `fates`; all others succeed. */
async function ground(fates: readonly ('conflict' | 'lost' | 'lost_as_conflict' | 'fails')[] = []) {
  const model = createModelTenantStore()
  await model.create(row, [])
  let writes = 0
  const tenants: TenantStore = {
    ...model,
    async replace(...write) {
      const fate = fates[writes++]
      if (fate === 'fails') throw new Error('storage is out')
      if (fate === 'conflict') {
        const current = model.row(name)
        if (current) await model.replace(current, { ...current.tenant, lastVendedAt: at }, [])
      }
      const written = await model.replace(...write)
      if (fate === 'lost') throw new Error('the answer was lost')
      return fate === 'lost_as_conflict' ? 'conflict' : written
    },
  }
  const change = (each: Tenant) => ({
    next: withDisplayName(each, `${each.displayName ?? ''}x`),
    events: [event],
  })
  const run = (which: Parameters<typeof changeTenant>[1] = name) =>
    changeTenant({ tenants, randomness: systemRandomness }, which, change)
  return { model, tenants, run, writes: () => writes, row: () => model.row(name)?.tenant }
}

test('a change is written once, with its event', async () => {
  const own = await ground()
  expect(await own.run()).toMatchObject({ outcome: 'changed', before: row, stored: own.model.row(name) })
  expect(own.row()?.displayName).toBe('x')
  expect(own.model.history(name)).toEqual([event])
})

test.each(['lost', 'lost_as_conflict'] as const)(
  'a write whose answer was %s is not repeated',
  async (fate) => {
    const own = await ground([fate])
    expect(await own.run()).toMatchObject({ outcome: 'changed', before: row })
    expect(own.row()?.displayName).toBe('x')
    expect(own.model.history(name)).toEqual([event])
    expect(own.writes()).toBe(1)
  },
)

test('concurrent writes stay, and the change is applied to them', async () => {
  const own = await ground(['conflict', 'conflict'])
  expect((await own.run()).outcome).toBe('changed')
  expect(own.row()).toMatchObject({ displayName: 'x', lastVendedAt: at })
})

test('constant conflicts end it after eight attempts', async () => {
  const own = await ground(Array(20).fill('conflict'))
  expect(await own.run()).toEqual({ outcome: 'conflict' })
  expect(own.writes()).toBe(8)
  expect(own.row()?.displayName).toBeUndefined()
})

test('two failed writes are tolerated, a third is reported', async () => {
  expect((await (await ground(['fails', 'fails'])).run()).outcome).toBe('changed')
  await expect((await ground(['fails', 'fails', 'fails'])).run()).rejects.toThrow('storage is out')
})

test('a row that has just been read is not read again, unless it has changed', async () => {
  const own = await ground()
  const stored = own.model.row(name)
  if (!stored) throw new Error('There is a row.')
  await own.run()
  await own.run(stored)
  expect(own.row()?.displayName).toBe('xx')
})

test('a change that leaves the row unchanged writes nothing; a missing row is reported', async () => {
  const { model, tenants, writes } = await ground()
  const stores = { tenants, randomness: systemRandomness }
  expect(await changeTenant(stores, name, () => undefined)).toEqual({
    outcome: 'unchanged',
    stored: model.row(name),
  })
  expect(await changeTenant(stores, { ...name, tenant: 'other' }, () => undefined)).toEqual({
    outcome: 'not_found',
  })
  expect(writes()).toBe(0)
})

test('a row lists its last eight changes', async () => {
  const own = await ground()
  for (let changes = 0; changes < 12; changes++) await own.run()
  expect(new Set(own.row()?.writeIds).size).toBe(8)
})
