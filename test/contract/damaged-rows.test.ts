import type { TableEntity } from '@azure/data-tables'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import { type DamagedTenant, isDamaged } from '../../shared/domain/damagedRow.ts'
import type { DueIndex } from '../../shared/domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { repairTenant } from '../../shared/operations/rebuild.ts'
import { createAccountTable } from '../../shared/storage/accountTable.ts'
import type { Tables } from '../../shared/storage/clients.ts'
import { createDisconnectMarks } from '../../shared/storage/disconnectMarks.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { combineGrantStores, createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { tenantColumns } from '../../shared/storage/tenantColumns.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { grantOf } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'

let bench: TablesBench
let tables: Tables
let due: DueIndex

beforeAll(async () => {
  bench = await openTablesBench()
  tables = bench.tables
  due = createDueTable(tables)
})

afterAll(() => bench?.close())

let made = 0
const at = new Date('2026-11-01T10:00:00Z')
const reference = (secret: string) => `vault:v.example/${secret}/1/0`

/** A row in which every column is set. */
function fullTenant(): Tenant {
  const tenant = `d${made++}`
  const accessToken = { sealed: 's', expiresAt: at, refreshedAt: at, replaced: true } as const
  const grant = { ...grantOf(reference(`${tenant}-kept`), 'ada'), consentedAt: at, signInNameSealed: 'n' }
  return {
    ...{
      workspace: 'w',
      tenant,
      environment: 'sandbox',
      status: 'connected',
      displayName: 'A',
      createdAt: at,
    },
    ...{ grant, accessToken, dueAt: at, accountsGeneration: 'g', discoveredAt: at, lastVendedAt: at },
    lease: { id: 'l', until: at },
    trouble: {
      ...{ attempts: 1, reason: 'throttled', traceId: 't', nextAttemptAt: at, unknownAnswers: 1 },
      ...{ actor: 'operator', suspectedSince: at },
    },
    pendingGrant: {
      ...{ environment: 'sandbox', sessionId: 's', codeHash: 'h', expiresAt: at, accountsGeneration: 'g' },
      grant: { ...grant, reference: reference(`${tenant}-waiting`) },
      accessToken,
    },
    confirmed: { sessionId: 's', codeHash: 'h', until: at },
    secretsToDestroy: [reference(`${tenant}-old`)],
    defaultAccount: { accountId: '1', customerId: '2' },
    advertisingRefusal: { reason: 'r', since: at },
    reauthorizationReason: 'grant_revoked',
    claims: '{"access_token":{}}',
    disconnectCount: 1,
    disconnectedAt: at,
    owesMark: true,
    writeIds: ['w'],
  } as Tenant
}

type Damage = Readonly<Record<string, unknown>>

async function damagedBy(damage: (row: TableEntity) => Damage): Promise<TenantName> {
  const tenant = fullTenant()
  const store = createTenantTable(tables)
  await store.create(tenant, [])
  const row = toTenantEntity(tenant)
  await tables.Tenants.updateEntity({ ...row, ...damage(row) } as TableEntity, 'Replace')
  return { workspace: 'w', tenant: tenant.tenant }
}

const inspect = (name: TenantName) =>
  createTenantTable(tables).inspect(name) as Promise<StoredTenant | DamagedTenant>

function grantServicesWith(remove: (secret: string) => Promise<void>) {
  const vault = { host: 'v.example', remove } as never
  const sealed = createSealedGrants({} as never)
  return {
    tenants: createTenantTable(tables),
    due,
    grants: combineGrantStores(
      {
        vault: createGrantVault([vault], { clock: systemClock, randomness: systemRandomness, log: () => {} }),
        sealed,
      },
      'vault',
    ),
    marks: createDisconnectMarks([createModelVault()], systemClock, 90 * 86_400),
    accounts: createAccountTable(tables),
    clock: systemClock,
    randomness: systemRandomness,
    log: () => undefined,
  }
}

const kinds: Readonly<Record<string, (before: unknown) => unknown>> = {
  absent: () => undefined,
  empty: () => '',
  'a number': () => 1.5,
  'a flag': () => false,
  'another text': () => 'of a newer version',
  'too long': () => 'x'.repeat(30_000),
  'cut off': (before) => (typeof before === 'string' ? before.slice(0, -1) : before),
}

describe.each(Object.keys(tenantColumns))('a row whose column %s', (column) => {
  test.each(Object.entries(kinds))('is %s is read, shown, and disconnected', async (_kind, damage) => {
    const name = await damagedBy((row) => ({ [column]: damage(row[column]) }))
    const row = await inspect(name)
    const view = toTenantView(isDamaged(row) ? row : row.tenant, at)
    expect(view).toMatchObject({ tenant: name.tenant })
    if (isDamaged(row)) {
      const [object] = tenantColumns[column]?.path.split('.') ?? []
      expect(tenantColumns[row.damaged.column]?.path.split('.')[0]).toBe(object)
      await expect(createTenantTable(tables).read(name)).rejects.toThrow(row.damaged.column)
    }
    const removed: string[] = []
    const ended = await disconnectTenant(
      grantServicesWith(async (secret) => void removed.push(secret)),
      name,
    )
    expect(ended).toMatchObject({ tenant: { status: 'disconnected' } })
    expect(await inspect(name)).toMatchObject({ tenant: { status: 'disconnected' } })
    const lost = { grantReference: 'kept', pendingGrant: 'waiting', leftovers: 'old' }[column]
    const expected = ['kept', 'waiting', 'old'].filter((each) => each !== lost)
    expect(removed).toEqual(expect.arrayContaining(expected.map((each) => `${name.tenant}-${each}`)))
  })
})

test.each([
  ['grantReference', undefined],
  ['grantReference', 'hsm:somewhere/else'],
  ['grantReference', 7],
  ['status', 'paused'],
  ['environment', 'staging'],
  ['createdAt', 'yesterday'],
  ['troubleAttempts', -1],
  ['pendingGrant', '{"grant":'],
  ['pendingGrant', '{"grant":{"reference":"vault:a/b/c/0"}}'],
  ['confirmed', '{}'],
  ['accessTokenReplaced', 'yes'],
  ['workspace', 'another tenant’s'],
])('a row with %s = %s is damaged there', async (column, value) => {
  const name = await damagedBy(() => ({ [column]: value }))
  const row = await inspect(name)
  expect(isDamaged(row) && row.damaged.column).toBe(column)
})

test('a damaged row shows its last known state, and the list includes it with the valid ones', async () => {
  const name = await damagedBy(() => ({ accessTokenExpiresAt: 'never' }))
  const store = createTenantTable(tables)
  const page = await store.list('w', 1000)
  if (page === 'continuation_unknown') throw new Error(page)
  const views = page.tenants.map((row) => toTenantView(row, at))
  expect(views).toContainEqual(
    expect.objectContaining({
      tenant: name.tenant,
      ...{ status: 'connected', environment: 'sandbox', displayName: 'A' },
      damaged: { column: 'accessTokenExpiresAt', detail: 'is not a date' },
    }),
  )
})

describe('a secret that cannot be destroyed', () => {
  test('stays in the row with a due row for later sweeps, and the others are destroyed', async () => {
    const name = await damagedBy(() => ({}))
    const removed: string[] = []
    const remove = async (secret: string) => {
      if (secret.endsWith('waiting')) throw new Error('the vault is read-only')
      removed.push(secret)
    }
    const ended = await disconnectTenant(grantServicesWith(remove), name)
    const left = [reference(`${name.tenant}-waiting`)]
    expect(ended).toMatchObject({ tenant: { status: 'disconnected', secretsToDestroy: left } })
    expect(removed.toSorted()).toEqual([`${name.tenant}-kept`, `${name.tenant}-old`])
    expect(toTenantView((ended as StoredTenant).tenant, at).secretsToDestroy).toBe(1)
    expect(await dueOf(name)).toEqual([name.tenant])
  })

  test('of an unknown kind never counts as missing', async () => {
    const name = await damagedBy(() => ({ grantReference: 'hsm:somewhere/else' }))
    const ended = await disconnectTenant(
      grantServicesWith(async () => undefined),
      name,
    )
    expect(ended).toMatchObject({ tenant: { secretsToDestroy: ['hsm:somewhere/else'] } })
  })
})

async function dueOf({ tenant }: TenantName): Promise<string[]> {
  const found: string[] = []
  for (let shard = 0; shard < due.shardCount; shard++)
    for await (const page of due.due(shard, addSeconds(new Date(), 600)))
      found.push(...page.map((row) => row.tenant))
  return found.filter((each) => each === tenant)
}

describe('a damaged row', () => {
  const repairedRow = async (columns: Damage) => {
    const name = await damagedBy(() => columns)
    const row = await inspect(name)
    if (!isDamaged(row)) throw new Error('It should be damaged.')
    await repairTenant({ grantServices: grantServicesWith(async () => undefined) } as never, row)
    const read = await inspect(name)
    if (isDamaged(read)) throw new Error(`It is still damaged: ${read.damaged.column}.`)
    return { name, row: read.tenant }
  }

  test('keeps a valid grant, all other valid columns, and a due row', async () => {
    const { name, row } = await repairedRow({ troubleReason: 5, confirmed: '{}', laterColumn: 'stays' })
    expect(row).toMatchObject({
      ...{ status: 'connected', environment: 'sandbox', displayName: 'A', accountsGeneration: 'g' },
      grant: { reference: reference(`${name.tenant}-kept`) },
      pendingGrant: { grant: { reference: reference(`${name.tenant}-waiting`) } },
      secretsToDestroy: [reference(`${name.tenant}-old`)],
      defaultAccount: { accountId: '1', customerId: '2' },
      unknownColumns: { laterColumn: 'stays' },
    })
    expect([row.trouble, row.confirmed]).toEqual([undefined, undefined])
    // Its first refresh looks for the newest token, as after a lease that no one released.
    expect(row.lease).toEqual({ id: 'restored', until: new Date(0) })
    expect(await dueOf(name)).toEqual([name.tenant])
  })

  test('without a valid grant waits for a sign-in, and still names the secret', async () => {
    const { name, row } = await repairedRow({ grantScopes: 5 })
    expect(row).toMatchObject({ status: 'reauthorization_required', reauthorizationReason: 'row_damaged' })
    expect(row.grant).toBeUndefined()
    expect(row.secretsToDestroy).toContain(reference(`${name.tenant}-kept`))
  })

  test('whose status cannot be read waits for a sign-in', async () => {
    const { row } = await repairedRow({ status: 'paused', reauthorizationReason: undefined })
    expect(row).toMatchObject({ status: 'reauthorization_required', reauthorizationReason: 'row_damaged' })
  })

  test('that was disconnected stays disconnected', async () => {
    const { row } = await repairedRow({ status: 'disconnected', troubleReason: 5 })
    expect(row.status).toBe('disconnected')
  })
})
