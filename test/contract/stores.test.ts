import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock, systemRandomness } from '../../shared/clock.ts'
import type { AccountStore } from '../../shared/domain/account.ts'
import type { DueIndex, DueRow } from '../../shared/domain/due.ts'
import type { GrantStore } from '../../shared/domain/grants.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { createTenantPages } from '../../shared/operations/tenantWalk.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import type { Tables } from '../../shared/storage/clients.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { createNoteTable } from '../../shared/storage/noteTable.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { combineGrantStores, createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { createVault } from '../../shared/storage/vault.ts'
import { changeTenant } from '../../shared/tenants/changeTenant.ts'
import { grantOf } from '../simulation/ground.ts'
import { createModelAccountStore } from '../simulation/models/accountStore.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelEnvironmentStates, createModelHoldTable } from '../simulation/models/environmentStates.ts'
import { createModelGrantStore } from '../simulation/models/grantStore.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'
import { openVaultBench, type VaultBench } from './vault-bench.ts'

let bench: TablesBench
let tables: Tables
let vaults: VaultBench
let realGrants: GrantStore

beforeAll(async () => {
  bench = await openTablesBench()
  tables = bench.tables
  vaults = await openVaultBench()
  const vault = await vaults.startVault()
  // A policy in Deny mode, as in many companies, lets in all that the stores write.
  vault.control.settings.requireExpiry = true
  const opened = createVault(vaults.connect(vault.origin), () => {})
  const keys = JSON.stringify({
    keys: [{ kty: 'oct', kid: 'one', k: Buffer.alloc(32, 7).toString('base64url') }],
  })
  const sealed = createSealedGrants(createSealer(async () => new Secret(keys)))
  realGrants = combineGrantStores(
    {
      vault: createGrantVault([opened], { clock: systemClock, randomness: systemRandomness, log: () => {} }),
      sealed,
    },
    'vault',
  )
})

afterAll(async () => {
  await vaults?.close()
  await bench?.close()
})

let made = 0

const tablesBesideTenants = ['TenantsByWorkspace', 'RefreshDue', 'SignIns', 'BrokerState'] as const
const keysOf = ({ partitionKey = '', rowKey = '' }: { partitionKey?: string; rowKey?: string }) => ({
  partitionKey,
  rowKey,
})

/** What a later version may have written beside the columns that this one knows. */
const laterColumn = { laterOwes: 'stays' }

test('rows of every other table keep the columns of a later version', async () => {
  const tenant = newTenant()
  const mark = async (table: keyof Tables, wanted: (row: { rowKey?: string }) => boolean) => {
    for await (const row of tables[table].listEntities())
      if (wanted(row)) await tables[table].updateEntity({ ...keysOf(row), ...laterColumn }, 'Merge')
  }
  const marksOf = async (table: keyof Tables) => {
    let marks = 0
    for await (const row of tables[table].listEntities()) if (row.laterOwes === laterColumn.laterOwes) marks++
    return marks
  }
  const [store, due] = [createTenantTable(tables), createDueTable(tables)]
  const [records, notes] = [createOneTimeTable(tables), createNoteTable(tables)]
  const { environments, sweeps } = createStateTable(tables, systemClock)
  const scope = { environment: 'sandbox', identityProvider: 'google' } as const
  const hold = { ...scope, reason: 'throttled', traceId: '', since: event.at, until: new Date(0) } as const
  const id = await records.issue('session', { any: 'thing' }, new Date(Date.now() + 60_000))
  const hint = { ...tenant, identityProvider: 'google', dueAt: event.at } as const
  const write = async () => {
    await store.create(tenant, [])
    await createTenantPages(tables).list(tenant)
    await due.insert(hint)
    await records.change({ kind: 'session', id, now: new Date() }, () => ({ another: 'thing' }))
    await records.put('callback', id, { a: 'value' }, new Date(Date.now() + 60_000))
    await environments.placeHold(hold)
    await environments.reserveProbe(hold, new Date(Date.now() + 30_000))
    await notes.write('later', 'note', { a: 'value' })
    await sweeps.write({} as never, event.at)
  }
  await write()
  await mark('TenantsByWorkspace', ({ rowKey }) => rowKey === tenantKey(tenant))
  await mark('RefreshDue', ({ rowKey }) => rowKey?.endsWith(tenantKey(tenant)) ?? false)
  for (const table of ['SignIns', 'BrokerState'] as const) await mark(table, () => true)
  const before = await Promise.all(tablesBesideTenants.map(marksOf))
  expect(before.every((marks) => marks > 0)).toBe(true)
  await write()
  expect(await Promise.all(tablesBesideTenants.map(marksOf))).toEqual(before)
  await environments.release(scope)
})

describe('a tenant row of another version', () => {
  test('keeps the columns of a later version, through any number of writes', async () => {
    const [store, tenant] = [createTenantTable(tables), newTenant()]
    await store.create(tenant, [])
    const later = {
      laterText: 'stays',
      laterNumber: 7,
      laterBig: { type: 'Int64', value: '9007199254740993' },
      laterAt: new Date('2027-01-01T00:00:00Z'),
      laterFlag: false,
    } as const
    const key = { partitionKey: tenantKey(tenant), rowKey: 'tenant' }
    await tables.Tenants.updateEntity({ ...key, ...later }, 'Merge')
    for (const displayName of ['one', 'two']) {
      const change = (row: Tenant) => ({ next: { ...row, displayName }, events: [event] })
      await changeTenant({ tenants: store, randomness: systemRandomness }, tenant, change)
    }
    const { laterBig, ...others } = later
    const row = await tables.Tenants.getEntity(key.partitionKey, key.rowKey)
    expect(row).toMatchObject({ ...others, displayName: 'two' })
    expect(row.laterBig).toBe(BigInt(laterBig.value))
  })

  test('without grant ids is identified by its consent time, the same in every process, until it is written', async () => {
    const store = createTenantTable(tables)
    const consentedAt = new Date('2026-02-01T10:00:00.123Z')
    const tenant = newTenant()
    const row = toTenantEntity({
      ...tenant,
      status: 'connected',
      grant: { ...grantOf('vault:one', 'first'), consentedAt },
      pendingGrant: {
        environment: 'production',
        grant: { ...grantOf('vault:two', 'second'), consentedAt },
        sessionId: 's',
        codeHash: 'h',
        expiresAt: consentedAt,
        accessToken: { sealed: 's', expiresAt: consentedAt, refreshedAt: consentedAt },
        accountsGeneration: 'g',
      },
    })
    const { grantId: _id, writeIds: _ids, pendingGrant, ...before } = row
    const { grant, ...waiting } = JSON.parse(String(pendingGrant))
    const { id: _pendingId, ...grantBefore } = grant
    await tables.Tenants.createEntity({
      ...before,
      pendingGrant: JSON.stringify({ ...waiting, grant: grantBefore }),
    } as never)
    const id = `at-${consentedAt.getTime()}`
    const read = (await store.read(tenant))?.tenant
    expect([read?.grant?.id, read?.pendingGrant?.grant.id, read?.writeIds]).toEqual([id, id, undefined])
    const rename = (each: Tenant) => ({ next: { ...each, displayName: 'x' } })
    await changeTenant({ tenants: store, randomness: systemRandomness }, tenant, rename)
    expect(await tables.Tenants.getEntity(tenantKey(tenant), 'tenant')).toMatchObject({ grantId: id })
  })
})

const newTenant = (): Tenant => ({
  workspace: 'w',
  tenant: `t${made++}`,
  environment: 'production',
  status: 'pending',
  createdAt: new Date('2026-01-01T00:00:00Z'),
})

const event = { type: 'tenant.created' as const, at: new Date('2026-01-01T00:00:00Z'), detail: 'made' }

describe.each([
  ['the model', (): TenantStore => createModelTenantStore()],
  ['Table Storage', (): TenantStore => createTenantTable(tables)],
])('a tenant store (%s)', (_name, open) => {
  test('reads a created tenant, and nothing for a missing one', async () => {
    const [store, tenant] = [open(), newTenant()]
    await store.create(tenant, [event])
    expect((await store.read(tenant))?.tenant).toEqual(tenant)
    expect(await store.read({ workspace: 'w', tenant: 'nobody' })).toBeUndefined()
    expect(await store.read({ workspace: 'other', tenant: tenant.tenant })).toBeUndefined()
  })

  test('a tenant is created once', async () => {
    const [store, tenant] = [open(), newTenant()]
    await store.create(tenant, [event])
    expect(await store.create({ ...tenant, status: 'disconnected' }, [event])).toBe('conflict')
    expect((await store.read(tenant))?.tenant.status).toBe('pending')
  })

  test.each([
    ['with events', [event]],
    ['without events', []],
  ])('of two writers %s with the same row, one wins', async (_title, events) => {
    const [store, tenant] = [open(), newTenant()]
    const created = await store.create(tenant, [])
    if (created === 'conflict') throw new Error('fresh')
    const results = await Promise.all(
      ['a', 'b'].map((displayName) => store.replace(created, { ...tenant, displayName }, events)),
    )
    expect(results.filter((result) => result === 'conflict')).toHaveLength(1)
  })

  test.each([
    ['with events', [event]],
    ['without events', []],
  ])('the result of a write %s is valid for the next write', async (_title, events) => {
    const [store, tenant] = [open(), newTenant()]
    let stored = await store.create(tenant, [event])
    for (const displayName of ['one', 'two', 'three']) {
      if (stored === 'conflict') throw new Error(`conflict before ${displayName}`)
      stored = await store.replace(stored, { ...tenant, displayName }, events)
    }
    expect(stored).not.toBe('conflict')
    expect((await store.read(tenant))?.tenant.displayName).toBe('three')
  })

  test('a replaced row contains only the new values', async () => {
    const [store, tenant] = [open(), newTenant()]
    const lease = { id: 'l', until: new Date('2026-01-01T00:01:00Z') }
    const leased = await store.create({ ...tenant, lease }, [])
    if (leased === 'conflict') throw new Error('fresh')
    await store.replace(leased, tenant, [])
    expect((await store.read(tenant))?.tenant).toEqual(tenant)
  })
})

const dueRow = (tenant: string, second: number): DueRow => ({
  workspace: 'w',
  tenant,
  environment: 'production',
  identityProvider: 'microsoft',
  dueAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
})

async function dueOf(index: DueIndex, until: Date): Promise<DueRow[]> {
  const rows: DueRow[] = []
  for (let shard = 0; shard < index.shardCount; shard++) {
    for await (const page of index.due(shard, until)) rows.push(...page)
  }
  return rows
}

describe.each([
  ['the model', async (): Promise<DueIndex> => createModelDueIndex()],
  [
    'Table Storage',
    async (): Promise<DueIndex> => {
      const index = createDueTable(tables)
      for (const row of await dueOf(index, new Date('2100-01-01'))) await index.remove(row)
      return index
    },
  ],
])('a due index (%s)', (_name, open) => {
  test('returns rows that are due at or before a time, once, and nothing later', async () => {
    const index = await open()
    const rows = Array.from({ length: 30 }, (_, second) => dueRow(`due${second}`, second))
    for (const row of rows) await index.insert(row)
    const until = new Date(Date.UTC(2026, 0, 1, 0, 0, 14))
    const found = (await dueOf(index, until)).map(({ tenant }) => tenant).sort()
    expect(found).toEqual(
      rows
        .slice(0, 15)
        .map(({ tenant }) => tenant)
        .sort(),
    )
  })

  test('a row that is inserted again is one row, and removing a missing one is not an error', async () => {
    const index = await open()
    const row = dueRow('again', 1)
    await index.insert(row)
    await index.insert(row)
    expect(await dueOf(index, row.dueAt)).toEqual([row])
    await index.remove(row)
    await index.remove(row)
    expect(await dueOf(index, row.dueAt)).toEqual([])
  })

  test('a row that is moved is only at its new time, with its new columns, also if it was already gone', async () => {
    const index = await open()
    const [from, to] = [dueRow('moved', 1), { ...dueRow('moved', 2), identityProvider: 'google' } as const]
    await index.insert(from)
    await index.move(from, to)
    expect(await dueOf(index, to.dueAt)).toEqual([to])
    await index.move(from, to)
    expect(await dueOf(index, to.dueAt)).toEqual([to])
    await index.remove(to)
    await index.move(from, to)
    expect(await dueOf(index, to.dueAt)).toEqual([to])
  })
})

const owner = {
  workspace: 'w',
  tenant: 't',
  environment: 'production',
  identityProvider: 'microsoft',
} as const

describe.each([
  ['the model', (): GrantStore => createModelGrantStore()],
  ['Key Vault', (): GrantStore => realGrants],
])('a grant store (%s)', (_name, open) => {
  test('reads a written token by its reference', async () => {
    const store = open()
    const reference = await store.write(new Secret('first'), owner)
    expect(await store.read(reference, owner)).toEqual(new Secret('first'))
    expect(await store.readNewer(reference, owner)).toBeUndefined()
  })

  test('a rotation leaves the old reference readable and is found as newer from it', async () => {
    const store = open()
    const first = await store.write(new Secret('first'), owner)
    const second = await store.write(new Secret('second'), owner, first)
    expect(await store.read(first, owner)).toEqual(new Secret('first'))
    expect(await store.readNewer(first, owner)).toMatchObject({ refreshToken: new Secret('second') })
    expect(store.isUnneeded(first, [second])).toBe(false)
    expect(store.isUnneeded(first, [])).toBe(true)
  })

  test('a removed token is gone, and removing it again is not an error', async () => {
    const store = open()
    const reference = await store.write(new Secret('first'), owner)
    await store.forget(reference)
    await store.forget(reference)
    expect(await store.read(reference, owner)).toBeUndefined()
  })

  test('a grant moves to a new secret after four hundred rotations, and the old one is removed after the commit', async () => {
    const store = open()
    let reference = await store.write(new Secret('0'), owner)
    let rotations = 0
    while (!store.reserve(reference)) {
      reference = await store.write(new Secret(String(++rotations)), owner, reference)
      expect(rotations).toBeLessThanOrEqual(400)
    }
    expect(rotations).toBe(400)
    const moved = await store.write(new Secret('400'), owner, store.reserve(reference))
    expect(await store.read(moved, owner)).toEqual(await store.read(reference, owner))
    expect(store.isUnneeded(reference, [moved])).toBe(true)
    await store.forget(reference)
    expect(await store.read(reference, owner)).toBeUndefined()
    expect(await store.read(moved, owner)).toBeDefined()
    expect(store.reserve(moved)).toBeUndefined()
  })

  test('a reserved secret is the one that is written, and can be destroyed before anyone knows its version', async () => {
    const store = open()
    const reserved = store.reserve() ?? ''
    await store.forget(reserved)
    const [one, other] = [store.reserve(), store.reserve()]
    const written = await store.write(new Secret('first'), owner, one)
    expect(await store.read(written, owner)).toEqual(new Secret('first'))
    expect(store.isUnneeded(one ?? '', [written])).toBe(false)
    expect(store.isUnneeded(written, [one ?? ''])).toBe(false)
    expect(store.isUnneeded(other ?? '', [written])).toBe(true)
    await store.forget(one ?? '')
    expect(await store.read(written, owner)).toBeUndefined()
  })
})

test('a sealed grant can be opened only for its own tenant and environment', async () => {
  const keys = JSON.stringify({
    keys: [{ kty: 'oct', kid: 'one', k: Buffer.alloc(32, 9).toString('base64url') }],
  })
  const sealed = createSealedGrants(createSealer(async () => new Secret(keys)))
  const text = fc.string({ minLength: 1 })
  await fc.assert(
    fc.asyncProperty(text, text, async (token, tenant) => {
      const reference = await sealed.write(new Secret(token), { ...owner, tenant })
      expect(reference).not.toContain(token.length > 8 ? token : '\u0000')
      expect(await sealed.read(reference, { ...owner, tenant })).toEqual(new Secret(token))
      expect(await sealed.read(reference, { ...owner, tenant: `${tenant}x` })).toBeUndefined()
      expect(await sealed.read(reference, { ...owner, tenant, environment: 'sandbox' })).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

describe('a continuation', () => {
  test.each(['', 'zzz', 'e30=', Buffer.from('{"nextPartitionKey":1}').toString('base64')])(
    'that no page returned is reported: "%s"',
    async (continuation) => {
      const store = createTenantTable(tables)
      expect(await store.list('w', 10, continuation)).toBe('continuation_unknown')
      expect(await store.events(newTenant(), 10, continuation)).toBe('continuation_unknown')
    },
  )
})

describe('one-time records', () => {
  test('are spent by exactly one of many takers, and by none after they expire', async () => {
    const records = createOneTimeTable(tables)
    const now = new Date()
    const id = await records.issue('session', { n: 1 }, new Date(now.getTime() + 60_000))
    expect(await records.read('sign-in', id, now)).toBeUndefined()
    const taken = await Promise.all(Array.from({ length: 8 }, () => records.take('session', id, now)))
    expect(taken.filter((value) => value !== undefined)).toEqual([{ n: 1 }])
    const late = await records.issue('session', {}, new Date(now.getTime() + 1000))
    expect(await records.take('session', late, new Date(now.getTime() + 1000))).toBeUndefined()
  })

  test('are changed by each of several processes at the same time', async () => {
    const records = createOneTimeTable(tables)
    const now = new Date()
    const id = await records.issue('session-progress', { n: 0 }, new Date(now.getTime() + 60_000))
    const count = () =>
      records.change<{ n: number }>({ kind: 'session-progress', id, now }, ({ n }) => ({ n: n + 1 }))
    await Promise.all([count(), count(), count()])
    expect(await records.read('session-progress', id, now)).toEqual({ n: 3 })
  })

  test('of past hours are removed, those of this hour stay', async () => {
    const records = createOneTimeTable(tables)
    const now = new Date()
    const old = await records.issue('session', { n: 1 }, new Date(now.getTime() - 3 * 3_600_000))
    const current = await records.issue('session', {}, new Date(now.getTime() + 60_000))
    const seen: unknown[] = []
    const failing = records.removeExpired(now, () => Promise.reject(new Error('not now')))
    await expect(failing).rejects.toThrow()
    expect(await records.read('session', old, new Date(0))).toEqual({ n: 1 })
    const before = async (expired: readonly unknown[]) => void seen.push(...expired)
    expect(await records.removeExpired(now, before)).toBeGreaterThanOrEqual(1)
    expect(seen).toContainEqual({ kind: 'session', value: { n: 1 } })
    expect(await records.read('session', old, new Date(0))).toBeUndefined()
    expect(await records.read('session', current, now)).toEqual({})
  })

  test('are removed by two concurrent sweeps without a failure', async () => {
    const [one, two] = [createOneTimeTable(tables), createOneTimeTable(tables)]
    const now = new Date()
    const expired = new Date(now.getTime() - 5 * 3_600_000)
    const issued = Array.from({ length: 250 }, () => one.issue('session', {}, expired))
    const ids = await Promise.all(issued)
    const removed = await Promise.all([one.removeExpired(now), two.removeExpired(now)])
    const left = await one.removeExpired(now)
    expect(removed[0] + removed[1] + left).toBe(ids.length)
    for (const id of ids) expect(await one.read('session', id, new Date(0))).toBeUndefined()
  })
})

describe.each([
  ['the model', (): AccountStore => createModelAccountStore()],
  ['Table Storage', (): AccountStore => createAccountTable(tables)],
])('accounts (%s)', (_name, open) => {
  const account = (index: number) => ({
    accountId: String(9_007_199_254_740_993n + BigInt(index)),
    number: `F${String(index).padStart(7, '0')}`,
    name: `Account ${index}`,
    customerId: '100',
    customerName: 'Customer',
    ownerCustomerId: '100',
    lifeCycleStatus: 'Active',
    linked: false,
    ways: [{ customerId: '100', roleId: '41', linkPermission: 'Standard' }],
    usable: true,
  })

  test('of a generation are listed page by page, found by id and number, and are removed with their generation', async () => {
    const [store, name] = [open(), newTenant()]
    const accounts = Array.from({ length: 250 }, (_, index) => account(index))
    await store.write(name, 'g1', accounts)
    await store.write(name, 'g2', accounts.slice(0, 3))
    const pages = [await store.list(name, 'g1', 100)]
    for (let page = pages[0]; page?.continuation; pages.push(page)) {
      page = await store.list(name, 'g1', 200, page.continuation)
    }
    expect(pages.length).toBeGreaterThan(1)
    expect(pages[0]?.accounts.length).toBeLessThanOrEqual(100)
    expect(pages.flatMap((page) => page.accounts)).toEqual(accounts)
    expect(await store.findById(name, 'g1', account(7).accountId)).toMatchObject([account(7)])
    expect(await store.findByNumber(name, 'g1', account(9).number.toLowerCase())).toMatchObject([account(9)])
    expect(await store.findById(name, 'g2', account(7).accountId)).toEqual([])
    await store.removeOthers(name, 'g2', (generation) => generation === 'g1')
    expect((await store.list(name, 'g1', 1)).accounts).toHaveLength(1)
    await store.removeOthers(name, 'g2')
    expect((await store.list(name, 'g1', 100)).accounts).toEqual([])
    expect((await store.list(name, 'g2', 100)).accounts).toHaveLength(3)
  })
})

test.each([
  ['the model', createModelProcesses],
  ['Table Storage', () => [createStateTable(tables, systemClock), createStateTable(tables, systemClock)]],
])('an expired hold is probed by one process, until the next time (%s)', async (_name, open) => {
  const [one, two] = open().map(({ environments }) => environments)
  if (!one || !two) throw new Error('two processes')
  const now = new Date()
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  const named = {
    environment: 'production',
    identityProvider: 'google',
    reason: 'client_secret_expired',
    traceId: 't',
  } as const
  const over = { ...named, since: later(-60), until: later(-1) }
  await one.placeHold(over)
  const claims = await Promise.all([one.reserveProbe(over, later(30)), two.reserveProbe(over, later(30))])
  expect(claims.filter((blocking) => blocking === undefined)).toHaveLength(1)
  expect(await one.reserveProbe(over, later(60))).toMatchObject({ until: later(30), since: later(-60) })
  await two.release({ environment: 'production', identityProvider: 'google' })
  expect(await one.reserveProbe(over, later(60))).toBeUndefined()
})

function createModelProcesses() {
  const table = createModelHoldTable()
  return [1, 2].map(() => ({ environments: createModelEnvironmentStates(systemClock, table) }))
}

test('an environment’s hold is visible to every process and ends when it is released', async () => {
  const [one, two] = [createStateTable(tables, systemClock), createStateTable(tables, systemClock)]
  const now = new Date()
  const hold = {
    environment: 'sandbox',
    identityProvider: 'google',
    reason: 'client_secret_expired',
    traceId: 't',
    since: now,
    until: new Date(now.getTime() + 30_000),
  } as const
  await one.environments.placeHold(hold)
  expect(await two.environments.read({ environment: 'sandbox', identityProvider: 'google' })).toEqual(hold)
  await two.environments.release({ environment: 'sandbox', identityProvider: 'google' })
  const three = createStateTable(tables, systemClock)
  expect(
    await three.environments.read({ environment: 'sandbox', identityProvider: 'google' }),
  ).toBeUndefined()
})
