import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { auditDueRows } from '../../shared/operations/audit.ts'
import { compareListing } from '../../shared/operations/listing.ts'
import { offboardWorkspace } from '../../shared/operations/offboardWorkspace.ts'
import { pruneSealingKeys } from '../../shared/operations/pruneSealingKeys.ts'
import { repairListing } from '../../shared/operations/repairListing.ts'
import { createTenantPages, walkTenants } from '../../shared/operations/tenantWalk.ts'
import { Secret } from '../../shared/secret.ts'
import { addSealingKey, readSealingKeyIds } from '../../shared/secrets/sealingKeys.ts'
import type { Tables } from '../../shared/storage/clients.ts'
import { createDisconnectMarks } from '../../shared/storage/disconnectMarks.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createNoteTable } from '../../shared/storage/noteTable.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { workspaceIndexEntity } from '../../shared/storage/workspaceIndex.ts'
import { changeTenant } from '../../shared/tenants/changeTenant.ts'
import { grantOf } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'

let bench: TablesBench
let tables: Tables

beforeAll(async () => {
  bench = await openTablesBench()
  tables = bench.tables
})

afterAll(() => bench?.close())

beforeEach(async () => {
  for (const table of Object.values(tables))
    for await (const { partitionKey = '', rowKey = '' } of table.listEntities())
      await table.deleteEntity(partitionKey, rowKey)
})

const environment = 'production' as const
const owned = (tenant: string) => ({ workspace: `w${tenant.length}`, tenant, environment })
const later = { ...systemClock, now: () => addSeconds(new Date(), 601) }

/** Tenants with grants that an older key sealed, each with events and accounts beside its row. */
async function createBroker(tenants: readonly string[]) {
  const vault = createModelVault()
  const config = { secretExpiryDays: 365 }
  const rotate = () => addSealingKey({ vault, config, clock: systemClock, randomness: systemRandomness })
  const sealer = createSealer(async () => (await vault.read('sealing-keys'))?.value)
  const { sealing: old } = await rotate()
  const store = createTenantTable(tables)
  const grants = createSealedGrants(sealer)
  const ownerOf = (tenant: string) => ({
    ...owned(tenant),
    identityProvider: 'microsoft' as const,
    grantId: `consent-of-${tenant}`,
  })
  for (const tenant of tenants) {
    const reference = await grants.write(new Secret(`token-of-${tenant}`), ownerOf(tenant))
    const grant = grantOf(reference, tenant)
    const row = { ...owned(tenant), status: 'connected', createdAt: new Date(), grant } as const
    await store.create(row, [{ type: 'tenant.created', at: new Date(), detail: 'It was made.' }])
  }
  await rotate()
  const services = {
    ...{ tenants: store, sealer, grants, clock: later, randomness: systemRandomness, log: () => {} },
    ...{ due: createDueTable(tables), marks: createDisconnectMarks([vault], later, 90 * 86_400) },
  }
  const broker = { clock: later, config, grantServices: services, tables, vaults: { main: vault } } as never
  const open = async (tenant: string) => {
    const { grant } = (await store.read(owned(tenant)))?.tenant ?? {}
    return (await grants.read(grant?.reference ?? '', ownerOf(tenant)))?.expose()
  }
  return {
    ...{ broker, grants, old, open, ownerOf, sealer, services, store },
    keys: async () => (await readSealingKeyIds({ vault, clock: later }))?.older.length,
    prune: () => pruneSealingKeys(broker),
    change: (tenant: string, change: (row: Tenant) => Tenant) =>
      changeTenant(services, owned(tenant), (row) => ({ next: change(row) })),
  }
}

const unlist = (tenant: string) => {
  const { partitionKey, rowKey } = workspaceIndexEntity(owned(tenant))
  return tables.TenantsByWorkspace.deleteEntity(partitionKey, rowKey)
}

const names = Array.from({ length: 50 }, (_, index) => `t${'x'.repeat(index % 3)}${index}`)

/** All tenants from the pages of the audit, and what the audit has written. */
async function audit(store: ReturnType<typeof createTenantTable>) {
  const logged: unknown[] = []
  const pages = createTenantPages(tables)
  const own = { pages, tenants: store, due: { insert: async () => {} }, notes: createNoteTable(tables) }
  const log = (event: string, fields: object) => void logged.push([event, fields])
  await auditDueRows({ ...own, clock: systemClock, config: { keepAliveSeconds: 604_800 }, log })
  return logged
}

describe.each([
  ['lacks 34 of 50 tenants', 34],
  ['is empty', 50],
])('while the list of tenants %s', (_title, missing) => {
  test('no key goes, no grant moves, and each tenant keeps its grant; the audit lists them again', async () => {
    const own = await createBroker(names)
    for (const tenant of names.slice(0, missing)) await unlist(tenant)
    const differs = { name: 'ListingDiffersError', unlisted: { count: missing }, strangers: { count: 0 } }
    await expect(own.prune()).rejects.toMatchObject(differs)
    await expect(own.prune()).rejects.toThrow(`w${names[0]!.length}/${names[0]}`)
    await expect(migrateGrants({ tables } as never, 'vault')).rejects.toMatchObject(differs)
    expect(await own.keys()).toBe(1)
    expect(await Promise.all(names.map(own.open))).toEqual(names.map((tenant) => `token-of-${tenant}`))
    const round = ['audit.round_ended', { tenants: names.length, durationSeconds: 0 }]
    expect(await audit(own.store)).toEqual([['listing.repaired', { tenants: missing }], round])
    expect(await audit(own.store)).toEqual([round])
    expect(await own.prune()).toMatchObject({ pruned: true, counts: { resealed: 50 } })
    expect(await Promise.all(names.map(own.open))).toEqual(names.map((tenant) => `token-of-${tenant}`))
  })
})

test('while the list names tenants without a row, no key goes and no grant moves, and they are named', async () => {
  const own = await createBroker(names.slice(0, 3))
  for (const stranger of ['lost1', 'lost2'])
    await tables.TenantsByWorkspace.upsertEntity(workspaceIndexEntity(owned(stranger)))
  const differs = {
    unlisted: { count: 0 },
    strangers: { count: 2, names: expect.arrayContaining(['lost1']) },
  }
  await expect(own.prune()).rejects.toMatchObject(differs)
  await expect(migrateGrants({ tables } as never, 'vault')).rejects.toMatchObject(differs)
  expect(await own.keys()).toBe(1)
})

test('a workspace is offboarded by its tenants’ rows, only if the list has them all, and no other one', async () => {
  const own = await createBroker(['acme', 'base', 'globex'])
  const told: string[] = []
  const offboard = (isDryRun: boolean) =>
    offboardWorkspace({ grantServices: own.services, tables } as never, 'w4', {
      isDryRun,
      onTenant: (tenant, status) => void told.push(`${tenant} ${status}`),
    })
  await unlist('acme')
  await expect(offboard(false)).rejects.toMatchObject({ unlisted: { count: 1, names: ['w4/acme'] } })
  await audit(own.store)
  expect(await offboard(true)).toEqual({ connected: 2 })
  expect(await offboard(false)).toEqual({ disconnected: 2 })
  expect(told.toSorted()).toEqual(
    ['acme', 'base'].flatMap((each) => [`${each} connected`, `${each} disconnected`]),
  )
  expect((await own.store.read(owned('acme')))?.tenant).not.toHaveProperty('grant')
  expect(await own.open('globex')).toBe('token-of-globex')
})

test.each(['dryRun', 'write'] as const)('a repair of the list (%s) says what differs', async (dryRun) => {
  const own = await createBroker(names.slice(0, 3))
  await unlist(names[0]!)
  for (const tenant of ['lost', 'awaited'])
    await tables.TenantsByWorkspace.upsertEntity(workspaceIndexEntity(owned(tenant)))
  const told: string[] = []
  const repair = () =>
    repairListing(tables, dryRun, {
      onListed: ({ tenant }) => void told.push(`listed ${tenant}`),
      onStranger: ({ tenant }) => void told.push(`no row ${tenant}`),
      isSpared: (key) => key === tenantKey(owned('awaited')),
    })
  await repair()
  expect(told).toEqual([`listed ${names[0]}`, 'no row lost'])
  await repair()
  expect(told).toHaveLength(dryRun === 'write' ? 2 : 4)
  const left = {
    unlisted: { count: dryRun === 'write' ? 0 : 1 },
    strangers: { count: dryRun === 'write' ? 1 : 2 },
  }
  await expect(own.prune()).rejects.toMatchObject(left)
  await expect(own.prune()).rejects.toThrow('npm run rebuild-tables')
})

test('what the listing lacks, and what it has too much, is repaired 16 at once', async () => {
  await createBroker(names)
  for (const tenant of names.slice(0, 20)) await unlist(tenant)
  for (const tenant of names.slice(0, 20))
    await tables.TenantsByWorkspace.upsertEntity(workspaceIndexEntity(owned(`${tenant}-lost`)))
  const meeting = () => {
    const all = Promise.withResolvers<void>()
    let [underWay, most] = [0, 0]
    const meet = async () => {
      most = Math.max(most, ++underWay)
      if (most >= 16) all.resolve()
      await all.promise
      underWay--
    }
    return { meet, most: () => most }
  }
  const [unlisted, strangers] = [meeting(), meeting()]
  await compareListing(tables, { onUnlisted: unlisted.meet, onStranger: strangers.meet })
  expect([unlisted.most(), strangers.most()]).toEqual([16, 16])
})

test('as many strangers as missing tenants don’t hide each other', async () => {
  const own = await createBroker(names.slice(0, 3))
  await unlist(names[0]!)
  await tables.TenantsByWorkspace.upsertEntity(workspaceIndexEntity(owned('lost')))
  await expect(own.prune()).rejects.toMatchObject({ unlisted: { count: 1 }, strangers: { count: 1 } })
})

test('a walk finds every tenant once, whatever the list says, and no accounts or events', async () => {
  await createBroker(names)
  for (const tenant of names.slice(10)) await unlist(tenant)
  const walked: string[] = []
  for await (const { tenant } of walkTenants(tables)) walked.push(tenant)
  expect(walked.toSorted()).toEqual(names.toSorted())
})

describe('no key goes while something is left that it sealed', () => {
  test('a one-time record, a note', async () => {
    const own = await createBroker(['acme'])
    const { grant } = (await own.store.read(owned('acme')))!.tenant
    const text = { sealed: grant!.reference }
    const records = createOneTimeTable(tables)
    const id = await records.issue('sign-in', text, addSeconds(new Date(), 900))
    const place = expect.stringMatching(/^SignIns \d{4}-/)
    expect(await own.prune()).toMatchObject({
      ...{ pruned: false, because: 'rows_left', left: { count: 1, names: [place] } },
    })
    await records.take('sign-in', id, new Date())
    await createNoteTable(tables).write('any', 'note', text)
    expect(await own.prune()).toMatchObject({ pruned: false, left: { names: ['BrokerState note:any note'] } })
    await createNoteTable(tables).remove('any', 'note')
    expect(await own.prune()).toMatchObject({ pruned: true })
  })

  test('a waiting consent', async () => {
    const own = await createBroker(['acme'])
    const { grant } = (await own.store.read(owned('acme')))!.tenant
    const context = { ...owned('acme'), grantId: grant!.id, use: 'access_token' } as const
    const accessToken = {
      sealed: await own.sealer.seal(new Secret('at'), context),
      refreshedAt: new Date(),
      expiresAt: addSeconds(new Date(), 3600),
    }
    const pendingGrant = { ...{ environment, grant: grant!, accessToken }, sessionId: 's', codeHash: 'h' }
    await own.change('acme', ({ grant: _grant, ...row }) => ({
      ...{ ...row, status: 'pending' },
      pendingGrant: { ...pendingGrant, accountsGeneration: 'g', expiresAt: addSeconds(new Date(), 900) },
    }))
    expect(await own.prune()).toMatchObject({ pruned: true, counts: { resealed: 1 } })
    const waiting = (await own.store.read(owned('acme')))!.tenant.pendingGrant!
    const opened = await own.grants.read(waiting.grant.reference, own.ownerOf('acme'))
    expect(opened?.expose()).toBe('token-of-acme')
  })

  test.each([
    ['is damaged', { status: 'unheard of' }, 'w4/acme'],
    ['does not say whose it is', { workspace: '' }, `Tenants ${tenantKey(owned('acme'))}`],
    ['has it in a column that this version does not know', { later: '' }, 'w4/acme'],
  ])('a row that %s', async (_title, columns, place) => {
    const own = await createBroker(['acme', 'globex'])
    const key = { partitionKey: tenantKey(owned('acme')), rowKey: 'tenant' }
    const { grant } = (await own.store.read(owned('acme')))!.tenant
    const changed = 'later' in columns ? { later: grant!.reference } : columns
    await tables.Tenants.updateEntity({ ...key, ...changed }, 'Merge')
    expect(await own.prune()).toMatchObject({ pruned: false, left: { count: 1, names: [place] } })
    expect(await own.keys()).toBe(1)
  })
})

test('a tenant that no key opens is named as lost, and blocks nothing', async () => {
  const own = await createBroker(['acme', 'globex', 'damaged'])
  const before = (await own.store.read(owned('globex')))!.tenant.grant!.reference
  const alien = before.replace(/^sealed:[^.]+/, () => {
    const header = { alg: 'dir', enc: 'A256GCM', kid: 'long gone' }
    return `sealed:${Buffer.from(JSON.stringify(header)).toString('base64url')}`
  })
  await own.change('globex', (row) => ({ ...row, grant: { ...row.grant!, reference: alien } }))
  const damage = { status: 'unheard of', grantReference: 'sealed:nothing' }
  await tables.Tenants.updateEntity(
    { partitionKey: tenantKey(owned('damaged')), rowKey: 'tenant', ...damage },
    'Merge',
  )
  const outcome = await own.prune()
  expect(outcome).toMatchObject({ pruned: true, counts: { resealed: 1, lost: 2 }, dropped: [own.old] })
  expect(outcome).toMatchObject({ lost: { names: expect.arrayContaining(['w6/globex', 'w7/damaged']) } })
  expect(await own.open('acme')).toBe('token-of-acme')
  expect((await own.store.read(owned('globex')))!.tenant.grant?.reference).toBe(alien)
})
