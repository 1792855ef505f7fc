import type { TableEntity } from '@azure/data-tables'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createMissingTables } from '../../scripts/createMissingTables.ts'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import type { Broker } from '../../shared/broker.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import type { TaggedGrant } from '../../shared/operations/taggedSecrets.ts'
import { createBackupSink } from '../../shared/storage/blobContainer.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { type BackupWorld, openBackupWorld } from './backupWorld.ts'

let world: BackupWorld

beforeAll(async () => {
  world = await openBackupWorld()
})

beforeEach(() => world.loseTables())

afterAll(() => world.close())

const connectSealed = async (tenant: string): Promise<TenantName> => {
  const name = await world.connect(tenant, 'ada@outlook.example')
  await migrateGrants(world.createBroker(), 'sealed')
  return name
}

const change = async (name: TenantName, next: (row: Tenant) => Tenant) => {
  const stored = await world.broker.tenants.read(name)
  await world.broker.tenants.replace(stored!, next(stored!.tenant), [])
}

describe('a backup of the tables', () => {
  test('brings back tenants whose sealed grants refresh, listed and due', async () => {
    const ada = await connectSealed('ada')
    // The hint for a secret's clean-up isn't the tenant's due row, and a backup has none.
    const before = (await world.rows()).filter((row) => !row.startsWith('["RefreshDue"'))
    await world.backUp()
    await world.loseTables()
    expect(await world.restore()).toEqual({ restored: 1 })
    expect(await world.rows()).toEqual(expect.arrayContaining(before))
    expect(JSON.stringify(await world.rows())).toContain((await world.read(ada)).dueAt!.toISOString())
    expect(await world.refreshes(ada)).toBe(true)
  })

  test('moves to another account and another main vault, with the keys that open what is sealed', async () => {
    const ada = await connectSealed('ada')
    const { grantVault } = world.stack.parts
    const home = {
      TABLES_PREFIX: 'Home',
      KEY_VAULT_URL: grantVault.origin,
      GRANT_VAULT_URLS: grantVault.origin,
    }
    const broker = world.createBroker(home)
    for (const name of ['sealing-keys', 'production-microsoft-client-secret']) {
      const secret = await world.broker.vaults.main.read(name)
      await broker.vaults.main.write(name, secret!.value, { expiresOn: addSeconds(new Date(), 86_400) })
    }
    await world.backUp()
    await createMissingTables(broker)
    expect(await world.restore(undefined, broker)).toMatchObject({ restored: 1 })
    expect(await world.refreshes(ada, world.createBroker(home))).toBe(true)
  })

  test('leaves a sweep what is due, and no link', async () => {
    const ada = await connectSealed('ada')
    const { SignIns } = world.broker.tables
    await SignIns.createEntity({ partitionKey: '2026-11-30-09', rowKey: 'spent', kind: 'session' })
    await change(ada, (row) => ({ ...row, dueAt: addSeconds(new Date(), -60) }))
    await world.backUp()
    await world.loseTables()
    await world.restore()
    expect(await SignIns.listEntities().next()).toMatchObject({ done: true })
    expect((await runSweep(world.createBroker())).report).toMatchObject({ due: 1, refreshed: 1 })
  })

  test('is never written over', async () => {
    await connectSealed('ada')
    const name = await world.backUp()
    const blob = `${name}/manifest.json`
    const before = await (await world.call({ method: 'GET', blob })).text()
    const { containerUrl, broker } = world
    await createBackupSink({ ...broker, containerUrl, fetch }).add(blob, new Uint8Array([1]))
    expect(await (await world.call({ method: 'GET', blob })).text()).toBe(before)
  })

  test('cut at any byte is refused before anything is written', async () => {
    await connectSealed('ada')
    const name = await world.backUp()
    const manifest = await (await world.call({ method: 'GET', blob: `${name}/manifest.json` })).text()
    const parts = (JSON.parse(manifest) as { parts: { name: string }[] }).parts.map((part) => part.name)
    const contents = new Map<string, Uint8Array>([['manifest.json', Buffer.from(manifest)]])
    for (const part of parts) {
      const answer = await world.call({ method: 'GET', blob: `${name}/${part}` })
      contents.set(part, Buffer.from(await answer.arrayBuffer()))
    }
    await world.loseTables()
    let copies = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...contents.keys()),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (cut, at) => {
          const copy = `0cut-${++copies}`
          for (const [part, content] of contents) {
            const body = part === cut ? content.subarray(0, Math.floor(content.length * at)) : content
            const headers = { 'x-ms-blob-type': 'BlockBlob' }
            await world.call({ method: 'PUT', blob: `${copy}/${part}`, headers, body })
          }
          await expect(world.restore(copy)).rejects.toThrow(/can’t be read|damaged/)
        },
      ),
      { numRuns: 25 },
    )
    await expect(world.restore('never-ended')).rejects.toThrow('no manifest')
    expect(await world.rows()).toEqual([])
  })

  test('older than the marks of disconnects is refused', async () => {
    await connectSealed('ada')
    const name = await world.backUp()
    const later = world.createBroker()
    const clock = { ...later.clock, now: () => addSeconds(new Date(), 91 * 86_400) }
    await expect(world.restore(name, { ...later, clock })).rejects.toThrow('BACKUP_RETENTION_DAYS (90)')
  })
})

describe('rows of any version', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.boolean(),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((each) => !Number.isInteger(each)),
    fc.date({ min: new Date('1601-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
    fc.uuid().map((each) => ({ type: 'Guid', value: each })),
    fc.uint8Array({ maxLength: 40 }),
  )
  const columns = fc.dictionary(fc.stringMatching(/^later[A-Za-z0-9]{1,10}$/), value, { maxKeys: 5 })
  const state = fc.record({
    partitionKey: fc.constantFrom('app', 'event', 'later'),
    rowKey: fc.uuid(),
    columns,
  })
  const tenant = fc.record({
    tenant: fc.stringMatching(/^[a-z]{3,12}$/),
    columns,
    events: fc.array(fc.record({ after: fc.nat(10_000), columns }), { maxLength: 3 }),
    accounts: fc.array(columns, { maxLength: 4 }),
  })
  const tables = fc.record({
    state: fc.uniqueArray(state, { selector: ({ rowKey }) => rowKey, maxLength: 3 }),
    tenants: fc.uniqueArray(tenant, { selector: (each) => each.tenant, maxLength: 4 }),
  })
  type Rows = Parameters<
    Parameters<typeof fc.asyncProperty<[typeof tables extends fc.Arbitrary<infer T> ? T : never]>>[1]
  >[0]

  const fill = async ({ state: rows, tenants }: Rows) => {
    const { BrokerState, Tenants } = world.broker.tables
    for (const { columns: own, ...keys } of rows)
      await BrokerState.createEntity({ ...own, ...keys } as TableEntity)
    for (const { tenant: id, columns: own, events, accounts } of tenants) {
      const name = { workspace: 'agency', tenant: id }
      const partitionKey = tenantKey(name)
      await world.broker.tenants.create(
        { ...name, environment: 'production', status: 'pending', createdAt: new Date(), unknownColumns: own },
        [],
      )
      for (const [index, each] of accounts.entries())
        await Tenants.createEntity({ ...each, partitionKey, rowKey: `account:g:${index}:1` } as TableEntity)
      for (const [index, { after, columns: more }] of events.entries()) {
        const rowKey = `event:${9_999_999_999_999 - Date.now() + after}:${index}`
        await Tenants.createEntity({ ...more, partitionKey, rowKey } as TableEntity)
      }
    }
  }

  test('come back as they were, once, twice, and after an interruption at any write', {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.nat(12), async (rows, writes) => {
        await world.loseTables()
        await fill(rows)
        const before = await world.rows()
        const name = await world.backUp()
        await world.loseTables()
        await world.restore(name, interrupted(world.createBroker(), writes)).catch((error: Error) => {
          expect(error.message).toContain('interrupted')
        })
        await world.restore(name)
        expect(await world.rows()).toEqual(before)
        await world.restore(name)
        expect(await world.rows()).toEqual(before)
      }),
      { numRuns: 20 },
    )
  })
})

/** A broker whose tables fail from the write of this number on. */
function interrupted(broker: Broker, writes: number): Broker {
  let left = writes
  const failing = <T extends object>(table: T): T =>
    new Proxy(table, {
      get(target, name) {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const isWrite = /^(create|upsert|update)Entity$|^submitTransaction$/.test(String(name))
        return (...given: unknown[]) => {
          if (isWrite && left-- <= 0) throw new TypeError('interrupted')
          return member.apply(target, given)
        }
      },
    })
  const tables = Object.fromEntries(
    Object.entries(broker.tables).map(([name, table]) => [name, failing(table)]),
  ) as unknown as Broker['tables']
  return { ...broker, tables }
}

describe('what happened since the backup', () => {
  const long = (name: TenantName) =>
    change(name, (row) => ({ ...row, grant: { ...row.grant!, consentedAt: addSeconds(new Date(), -3600) } }))
  const disconnect = (name: TenantName) => disconnectTenant(world.createBroker().grantServices, name)

  test('stays: a disconnected tenant is disconnected again, without its grant and accounts', async () => {
    const ended = await connectSealed('ended')
    await long(ended)
    await world.backUp()
    await disconnect(ended)
    await world.loseTables()
    expect(await world.restore()).toEqual({ disconnected: 1 })
    expect(await world.read(ended)).toMatchObject({ status: 'disconnected' })
    expect(JSON.stringify(await world.rows())).not.toContain('sealed:')
    expect(await world.restore()).toEqual({ kept: 1 })
  })

  test('stays: a reconnect in the tables is kept', async () => {
    const again = await connectSealed('again')
    await long(again)
    await world.backUp()
    await disconnect(again)
    await world.connect('again', 'ada@outlook.example')
    const { grant } = await world.read(again)
    expect(await world.restore()).toEqual({ kept: 1 })
    expect((await world.read(again)).grant).toEqual(grant)
  })

  test('a link that an app asked for after the loss does not hide the tenant', async () => {
    const ada = await connectSealed('ada')
    await world.backUp()
    await world.loseTables()
    const pending = { environment: 'production', status: 'pending', createdAt: new Date() } as const
    await world.broker.tenants.create({ ...ada, ...pending }, [])
    expect(await world.restore()).toEqual({ restored: 1 })
    expect(await world.refreshes(ada)).toBe(true)
  })

  test('a tenant that would have been removed by now does not come back', async () => {
    const name = { workspace: 'agency', tenant: 'erased' }
    const pending = { environment: 'production', status: 'pending', createdAt: new Date() } as const
    await world.broker.tenants.create({ ...name, ...pending }, [])
    const backup = await world.backUp()
    await world.loseTables()
    const broker = world.createBroker({ PENDING_TENANT_DAYS: '1' })
    const clock = { ...broker.clock, now: () => addSeconds(new Date(), 10 * 86_400) }
    const late = { ...broker, grantServices: { ...broker.grantServices, clock } }
    expect(await world.restore(backup, late)).toEqual({ over: 1 })
    expect(await world.rows()).toEqual([])
  })
})

describe('of 40 tenants, 16 are under way at once, and never more,', () => {
  const names = Array.from({ length: 40 }, (_, number) => ({
    workspace: 'agency',
    tenant: `of-40-${number}`,
  }))

  beforeEach(async () => {
    const row = { environment: 'production', status: 'disconnected', createdAt: new Date() } as const
    await Promise.all(names.map((name) => world.broker.tenants.create({ ...name, ...row }, [])))
  })

  /** A broker that counts the tenants whose rows are being read. The first ones wait until there are 16. */
  const counting = () => {
    const broker = world.createBroker()
    const all = Promise.withResolvers<void>()
    let [underWay, most] = [0, 0]
    const tenants: Broker['tenants'] = {
      ...broker.tenants,
      async inspect(name) {
        most = Math.max(most, ++underWay)
        if (most >= 16) all.resolve()
        await all.promise
        return broker.tenants.inspect(name).finally(() => underWay--)
      },
    }
    const grantServices = { ...broker.grantServices, tenants }
    return { broker: { ...broker, tenants, grantServices }, most: () => most }
  }

  test('while they are restored', async () => {
    const name = await world.backUp()
    await world.loseTables()
    const { broker, most } = counting()
    expect(await world.restore(name, broker)).toEqual({ restored: 40 })
    expect(most()).toBe(16)
  })

  test('while a rebuild looks at their rows', async () => {
    const { broker, most } = counting()
    const nothing = { grants: [], marks: new Map() }
    expect((await rebuildTables(broker, nothing, 'write')).counts).toEqual({})
    expect(most()).toBe(16)
  })

  test('while they are rebuilt from their secrets', async () => {
    const { broker, most } = counting()
    const [vault] = broker.vaults.grants
    const grants = names.map((name): TaggedGrant[] => {
      const owner = { ...name, environment: 'production', identityProvider: 'microsoft' } as const
      return [{ vault: vault!, name: 'grant-of-none', owner, writtenOn: new Date(0) }]
    })
    const { counts } = await rebuildTables(broker, { grants, marks: new Map() }, 'write')
    expect(counts).toEqual({ present: 40 })
    expect(most()).toBe(16)
  })
})
