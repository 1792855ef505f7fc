import { describe, expect, test } from 'vitest'
import { addSeconds, systemRandomness } from '../../shared/clock.ts'
import type { DueRow } from '../../shared/domain/due.ts'
import type { GrantStore } from '../../shared/domain/grants.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { endTenants } from '../../shared/operations/endTenants.ts'
import type { IdleTenants } from '../../shared/storage/idleTenants.ts'
import { ensureTenant } from '../../shared/tenants/ensureTenant.ts'
import { connected } from '../simulation/ground.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const now = new Date('2026-11-23T16:00:00Z')
const days = (count: number) => addSeconds(now, count * 86_400)
const retention = {
  pendingTenantDays: 90,
  disconnectedTenantDays: 365,
  deadGrantDays: 30,
  tenantEventDays: 400,
}

interface GroundRow {
  readonly row: Partial<Tenant>
  /** Days since storage wrote the row. */
  readonly idleDays: number
}

/** Tenants `t0`, `t1`, …, in pages of two, with the age that storage gives their rows. */
async function createGround(rows: readonly GroundRow[]) {
  const store = createModelTenantStore()
  const nameOf = (index: number) => ({ workspace: 'w', tenant: `t${index}` })
  for (const [index, { row }] of rows.entries())
    await store.create(
      {
        ...nameOf(index),
        environment: 'production',
        status: 'pending',
        createdAt: days(-2000),
        ...row,
      } as Tenant,
      [],
    )
  const removed: string[] = []
  const forgotten: string[] = []
  const logged: string[] = []
  const inserted: DueRow[] = []
  const kept = new Map<string, object>()
  const ages = new Map(rows.map(({ idleDays }, index) => [tenantKey(nameOf(index)), days(-idleDays)]))
  const changedAt = (name: TenantName) => ages.get(tenantKey(name)) ?? now
  const idleTenants: IdleTenants = {
    async read(from = '0') {
      if (Number.isNaN(Number(from))) throw new Error('no such place')
      const end = Number(from) + 2
      const tenants = rows.slice(Number(from), end).map(({ row: { accountsGeneration, status } }, offset) => {
        const name = nameOf(Number(from) + offset)
        const hasAccounts = status === 'disconnected' && accountsGeneration !== undefined
        return { ...name, status: status ?? ('pending' as const), changedAt: changedAt(name), hasAccounts }
      })
      return { tenants, ...(end < rows.length && { next: String(end) }) }
    },
    changeOf: async (name) => {
      const etag = store.row(name)?.etag
      return etag === undefined ? undefined : { etag, changedAt: changedAt(name) }
    },
    remove: async ({ tenant }) => {
      removed.push(tenant.tenant)
      return true
    },
  }
  const dependencies = {
    idleTenants,
    tenants: store,
    due: { insert: async (row: DueRow) => void inserted.push(row) },
    notes: {
      read: async <T>(kind: string, key: string) => kept.get(`${kind}/${key}`) as T | undefined,
      write: async (kind: string, key: string, value: object) => void kept.set(`${kind}/${key}`, value),
    },
    clock: {
      now: () => now,
      sleep: () => new Promise<void>(() => undefined),
      storageNow: () => now as Date | undefined,
    },
    config: { retention },
    randomness: systemRandomness,
    grants: {
      forget: async (reference: string) => void forgotten.push(reference),
      isUnneeded: (reference: string, named: readonly string[]) => !named.includes(reference),
    } as unknown as GrantStore,
    log: (event: string) => void logged.push(event),
  }
  const end = (more: object = {}) => endTenants({ ...dependencies, ...more })
  return { ages, dependencies, end, forgotten, inserted, kept, logged, nameOf, removed, store }
}

describe('a tenant that is left alone', () => {
  test.each([
    ['was never connected goes 90 days after its last link can have expired', {}, 98],
    ['was disconnected goes after its own setting', { status: 'disconnected' }, 373],
  ] as const)('and %s', async (_title, row, lastDays) => {
    const own = await createGround([
      { row, idleDays: lastDays - 0.01 },
      { row, idleDays: lastDays },
    ])
    await own.end()
    expect(own.removed).toEqual(['t1'])
  })

  test.each([
    ['is connected', connected('vault:x')],
    ['has a consent that waits', { status: 'pending', pendingGrant: { grant: {} } }],
    ['is leased', { status: 'disconnected', lease: { id: 'l', until: now } }],
  ] as readonly (readonly [string, object])[])('stays if it %s', async (_title, given) => {
    const { tenant: _tenant, workspace: _workspace, ...row } = given as Partial<Tenant>
    const own = await createGround([{ row, idleDays: 2000 }])
    await own.end()
    expect([own.removed, own.inserted]).toEqual([[], []])
  })

  test.each([
    [{ owesMark: true }],
    [{ secretsToDestroy: ['vault:x'] }],
    [{ accountsGeneration: 'g' }],
    [{ uncommittedSecrets: [{ reference: 'vault:x', until: days(-1) }] }],
  ] as const)('first finishes its disconnect: %j', async (left) => {
    const own = await createGround([{ row: { status: 'disconnected', ...left } as object, idleDays: 2000 }])
    await own.end()
    expect(own.removed).toEqual([])
    expect(own.inserted).toMatchObject([{ tenant: 't0' }])
  })
})

describe('a tenant that must sign in again', () => {
  const dead = { ...connected('vault:x'), status: 'reauthorization_required' } as const
  const {
    tenant: _tenant,
    workspace: _workspace,
    ...row
  } = { ...dead, accountsGeneration: 'g', claims: '{}' }

  test('keeps everything but its dead grant, whose secret is destroyed after its setting', async () => {
    const own = await createGround([
      { row, idleDays: 37.99 },
      { row, idleDays: 38 },
    ])
    await own.end()
    const [young, old] = [0, 1].map((index) => own.store.row(own.nameOf(index))?.tenant)
    expect(young).toMatchObject({ grant: { reference: 'vault:x' } })
    expect(old).toMatchObject({ status: row.status, accountsGeneration: 'g', claims: '{}' })
    for (const member of ['grant', 'secretsToDestroy', 'accessToken']) expect(old).not.toHaveProperty(member)
    expect([own.forgotten, own.removed, own.logged]).toEqual([['vault:x'], [], ['grant.removed']])
  })

  test('names the secret until the vault takes it', async () => {
    const own = await createGround([{ row, idleDays: 38 }])
    const { grants } = own.dependencies
    await own.end({ grants: { ...grants, forget: () => Promise.reject(new Error('busy')) } })
    expect(own.store.row(own.nameOf(0))?.tenant).toMatchObject({ secretsToDestroy: ['vault:x'] })
  })

  test.each([
    ['a consent waits', { pendingGrant: { grant: {} } }],
    ['a process has its lease', { lease: { id: 'l', until: now } }],
  ] as const)('keeps its grant while %s', async (_title, more) => {
    const own = await createGround([{ row: { ...row, ...more } as object, idleDays: 2000 }])
    await own.end()
    expect(own.store.row(own.nameOf(0))?.tenant).toHaveProperty('grant')
  })

  test('keeps a grant that someone gave while it was being removed', async () => {
    const own = await createGround([{ row, idleDays: 38 }])
    let isFaster = true
    const replace: typeof own.store.replace = async (...asked) => {
      if (!isFaster) return own.store.replace(...asked)
      isFaster = false
      const { etag = '' } = own.store.row(own.nameOf(0)) ?? {}
      const now = { ...connected('vault:new'), ...own.nameOf(0) }
      await own.store.replace({ tenant: now, etag }, now, [])
      return 'conflict'
    }
    await own.end({ tenants: { ...own.store, replace } })
    expect(own.store.row(own.nameOf(0))?.tenant).toMatchObject({ grant: { reference: 'vault:new' } })
    expect(own.forgotten).toEqual([])
  })
})

test('accounts that an older package left at a disconnect are found at any age', async () => {
  const own = await createGround([
    { row: { status: 'disconnected', accountsGeneration: 'g' }, idleDays: 0 },
    { row: { status: 'disconnected' }, idleDays: 0 },
  ])
  await own.end()
  expect(own.inserted).toMatchObject([{ tenant: 't0' }])
})

test('a row that has changed since storage told its age stays', async () => {
  const own = await createGround([{ row: {}, idleDays: 2000 }])
  const changeOf = async () => ({ etag: 'of another write', changedAt: days(-2000) })
  await own.end({ idleTenants: { ...own.dependencies.idleTenants, changeOf } })
  expect(own.removed).toEqual([])
})

test('a row that is younger than the walk saw it stays', async () => {
  const own = await createGround([{ row: {}, idleDays: 2000 }])
  const { idleTenants } = own.dependencies
  const page = await idleTenants.read()
  own.ages.clear()
  await own.end({ idleTenants: { ...idleTenants, read: async () => page } })
  expect(own.removed).toEqual([])
})

test('a process that storage has never told the time removes nothing', async () => {
  const own = await createGround([{ row: {}, idleDays: 2000 }])
  await own.end({ clock: { ...own.dependencies.clock, storageNow: () => undefined } })
  expect(own.removed).toEqual([])
})

test('a process whose own clock is years ahead removes nothing too early', async () => {
  const own = await createGround([{ row: {}, idleDays: 1 }])
  const yearsAhead = () => addSeconds(now, 10 * 365 * 86_400)
  await own.end({ clock: { ...own.dependencies.clock, now: yearsAhead } })
  expect(own.removed).toEqual([])
})

test('successive runs reach every tenant, and then start over; an unknown position starts over', async () => {
  const own = await createGround(Array.from({ length: 5 }, () => ({ row: {}, idleDays: 2000 })))
  const seen: string[] = []
  for (let run = 0; run < 4; run++) {
    await own.end()
    seen.push(own.removed.splice(0).join(''))
  }
  expect(seen).toEqual(['t0t1', 't2t3', 't4', 't0t1'])
  own.kept.set('ends/place', { from: 'gone' })
  await own.end()
  expect(own.removed).toEqual(['t0', 't1'])
})

test('a tenant that storage can’t change keeps no other one', async () => {
  const own = await createGround([
    { row: {}, idleDays: 2000 },
    { row: {}, idleDays: 2000 },
  ])
  const inspect = async (name: TenantName) => {
    if (name.tenant === 't0') throw new Error('storage is busy')
    return own.store.inspect(name)
  }
  await own.end({ tenants: { ...own.store, inspect } })
  expect(own.removed).toEqual(['t1'])
})

test.each([
  ['pending', {}, true],
  ['disconnected', {}, true],
  ['connected', connected('vault:x'), false],
  ['reauthorization_required', {}, false],
  ['reauthorization_required', { grant: connected('vault:x').grant }, true],
] as const)(
  'a connect session of a tenant that is %s makes its row young',
  async (status, more, isWritten) => {
    const { tenant: _tenant, workspace: _workspace, ...row } = more as Partial<Tenant>
    const own = await createGround([{ row: { ...row, status }, idleDays: 2000 }])
    const before = own.store.row(own.nameOf(0))?.etag
    const randomness = { identifier: () => 'a' }
    const dependencies = { tenants: own.store, randomness, clock: own.dependencies.clock }
    await ensureTenant(dependencies, own.nameOf(0), { environment: 'production', detail: 'x' })
    expect(own.store.row(own.nameOf(0))?.etag !== before).toBe(isWritten)
  },
)
