import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../shared/clock.ts'
import type { TenantDirectory } from '../../shared/domain/directory.ts'
import type { DueIndex, DueRow } from '../../shared/domain/due.ts'
import type { EnvironmentHold, EnvironmentStates } from '../../shared/domain/holds.ts'
import type { SealContext, Sealer } from '../../shared/domain/sealer.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantEvent } from '../../shared/domain/tenantEvents.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { createVault } from '../../shared/storage/vault.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelEnvironmentStates, createModelHoldTable } from '../simulation/models/environmentStates.ts'
import { createModelSealer } from '../simulation/models/sealer.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'
import { createModelVault } from '../simulation/models/vault.ts'
import { openTablesBench, type TablesBench } from './tables-bench.ts'
import { openVaultBench, type VaultBench } from './vault-bench.ts'

let bench: TablesBench
let vaultBench: VaultBench
let realVault: Vault
let vaultClient: SecretClient

beforeAll(async () => {
  bench = await openTablesBench()
  vaultBench = await openVaultBench()
  const vault = await vaultBench.startVault()
  // A policy in Deny mode, as in many companies, lets in all that the stores write.
  vault.control.settings.requireExpiry = true
  vaultClient = vaultBench.connect(vault.origin)
  realVault = createVault(vaultClient, () => {})
})

afterAll(async () => {
  await vaultBench?.close()
  await bench?.close()
})

const start = new Date('2026-01-01T00:00:00.123Z')
const expiresOn = new Date('2027-06-01T00:00:00Z')
const later = (milliseconds: number) => new Date(start.getTime() + milliseconds)
let made = 0

/** A clock that stands still until it's moved. */
function handClock(): Clock & { move(milliseconds: number): void } {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
    move: (milliseconds) => {
      now += milliseconds
    },
  }
}

const hold: EnvironmentHold = {
  environment: 'production',
  identityProvider: 'microsoft',
  reason: 'client_secret_expired',
  traceId: 'trace',
  since: start,
  until: later(30_000),
}

describe.each([
  [
    'the model',
    async () => {
      const table = createModelHoldTable()
      return (clock: Clock): EnvironmentStates => createModelEnvironmentStates(clock, table)
    },
  ],
  [
    'Table Storage',
    async () => {
      for (const row of ['production:microsoft', 'production:microsoft:work'])
        await bench.tables.BrokerState.deleteEntity('hold', row).catch(() => undefined)
      return (clock: Clock): EnvironmentStates => createStateTable(bench.tables, clock).environments
    },
  ],
])('holds (%s)', (_name, open) => {
  test('are visible immediately to their writer, and to another process when its cache is 5 s old', async () => {
    const [clock, process] = [handClock(), await open()]
    const [one, other] = [process(clock), process(clock)]
    expect(await other.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
    await one.placeHold(hold)
    expect(await one.read({ environment: 'production', identityProvider: 'microsoft' })).toEqual(hold)
    clock.move(4999)
    expect(await other.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
    clock.move(1)
    expect(await other.read({ environment: 'production', identityProvider: 'microsoft' })).toEqual(hold)
  })

  test('are for one environment and one identity provider', async () => {
    const states = (await open())(handClock())
    await states.placeHold(hold)
    expect(await states.read({ environment: 'sandbox', identityProvider: 'microsoft' })).toBeUndefined()
    expect(await states.read({ environment: 'production', identityProvider: 'google' })).toBeUndefined()
  })

  test('of one kind of grant are counted up by all processes together, and a release ends hold and count', async () => {
    const [clock, process] = [handClock(), await open()]
    const [one, other] = [process(clock), process(clock)]
    const scope = { environment: 'production', identityProvider: 'microsoft', kind: 'work' } as const
    const people = Array.from({ length: 6 }, (_, index) => `person-${index}`)
    const counts = await Promise.all(
      people.map((person, index) => (index % 2 ? one : other).countRefused(scope, person)),
    )
    expect(Math.max(...counts)).toBe(6)
    expect(await one.countRefused(scope, 'person-0')).toBe(6)
    expect(await one.read(scope)).toBeUndefined()
    expect(await one.release(scope)).toBe(false)
    expect(await one.countRefused(scope, 'person-0')).toBe(1)
    const kindHold = { ...hold, ...scope }
    await one.placeHold(kindHold)
    expect(await one.read(scope)).toEqual(kindHold)
    expect(await one.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
    expect(await other.countRefused(scope, 'person-0')).toBe(Number.POSITIVE_INFINITY)
    expect(await one.release(scope)).toBe(true)
    expect(await one.countRefused(scope, 'person-0')).toBe(1)
  })

  test('end once, no matter which process releases them, and their end is visible as late as their start', async () => {
    const [clock, process] = [handClock(), await open()]
    const [one, other] = [process(clock), process(clock)]
    await one.placeHold(hold)
    expect(await other.release({ environment: 'production', identityProvider: 'microsoft' })).toBe(true)
    expect(await other.release({ environment: 'production', identityProvider: 'microsoft' })).toBe(false)
    expect(await one.read({ environment: 'production', identityProvider: 'microsoft' })).toEqual(hold)
    clock.move(5000)
    expect(await one.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
    expect(await one.release({ environment: 'production', identityProvider: 'microsoft' })).toBe(false)
  })
})

const dueRow = (tenant: string, dueAt: Date): DueRow => ({
  workspace: 'w',
  tenant,
  environment: 'production',
  identityProvider: 'microsoft',
  dueAt,
})

describe.each([
  ['the model', (): DueIndex => createModelDueIndex()],
  ['Table Storage', (): DueIndex => createDueTable(bench.tables)],
])('a due index (%s)', (_name, open) => {
  test('gives each shard’s rows in the order of their times, regardless of the order of insertion', async () => {
    const index = open()
    const prefix = `order${made++}`
    const numbers = Array.from({ length: 60 }, (_, number) => (number * 37) % 60)
    for (const number of numbers) await index.insert(dueRow(`${prefix}-${number}`, later(number * 7)))
    const found: string[] = []
    for (let shard = 0; shard < index.shardCount; shard++) {
      const times: number[] = []
      for await (const page of index.due(shard, later(59 * 7))) {
        times.push(...page.map(({ dueAt }) => dueAt.getTime()))
        found.push(...page.map(({ tenant }) => tenant))
      }
      expect(times).toEqual([...times].sort((a, b) => a - b))
    }
    expect(new Set(found.filter((tenant) => tenant.startsWith(prefix))).size).toBe(60)
  })

  test('keeps a tenant’s rows for two times separate', async () => {
    const index = open()
    const tenant = `apart${made++}`
    await index.insert(dueRow(tenant, later(0)))
    await index.insert(dueRow(tenant, later(1)))
    await index.remove(dueRow(tenant, later(0)))
    const left: Date[] = []
    for (let shard = 0; shard < index.shardCount; shard++) {
      for await (const page of index.due(shard, later(10)))
        left.push(...page.filter((row) => row.tenant === tenant).map(({ dueAt }) => dueAt))
    }
    expect(left).toEqual([later(1)])
  })
})

async function historyOf(store: TenantDirectory, tenant: Tenant): Promise<readonly TenantEvent[]> {
  const events: TenantEvent[] = []
  let continuation: string | undefined
  do {
    const page = await store.events(tenant, 100, continuation)
    if (page === 'continuation_unknown') throw new Error(page)
    events.push(...page.events)
    continuation = page.continuation
  } while (continuation)
  return events
}

interface OpenedTenants {
  readonly store: TenantStore
  /** A tenant's history, newest first. */
  history(tenant: Tenant): Promise<readonly TenantEvent[]>
}

describe.each([
  [
    'the model',
    (): OpenedTenants => {
      const store = createModelTenantStore()
      return { store, history: async (tenant) => store.history(tenant).toReversed() }
    },
  ],
  [
    'Table Storage',
    (): OpenedTenants => {
      const store = createTenantTable(bench.tables)
      return { store, history: (tenant) => historyOf(store, tenant) }
    },
  ],
])('a tenant store (%s)', (_name, open) => {
  const newTenant = (): Tenant => ({
    workspace: 'w',
    tenant: `refreshed${made++}`,
    environment: 'production',
    status: 'pending',
    createdAt: start,
  })
  const event = (detail: string, at: Date): TenantEvent => ({ type: 'refresh.failing', at, detail })

  test.each([
    ['with events', [event('lost', start)]],
    ['without events', []],
  ])('a write %s to a missing row is a conflict, and creates none', async (_title, events) => {
    const [{ store, history }, tenant] = [open(), newTenant()]
    const etag = 'W/"datetime\'2026-01-01T00%3A00%3A00.0000000Z\'"'
    expect(await store.replace({ tenant, etag }, tenant, events)).toBe('conflict')
    expect(await store.read(tenant)).toBeUndefined()
    expect(await history(tenant)).toEqual([])
  })

  test.each([
    ['with events', [event('forced', start)]],
    ['without events', []],
  ])('the ETag `*` checks nothing %s, and the overwritten writers lose', async (_title, events) => {
    const [{ store }, tenant] = [open(), newTenant()]
    const created = await store.create(tenant, [])
    if (created === 'conflict') throw new Error('fresh')
    expect(await store.replace({ tenant, etag: '*' }, { ...tenant, displayName: 'forced' }, events)).not.toBe(
      'conflict',
    )
    expect(await store.replace(created, { ...tenant, displayName: 'late' }, events)).toBe('conflict')
    expect((await store.read(tenant))?.tenant.displayName).toBe('forced')
  })

  test('the history has every write’s events once, and none from a write that lost', async () => {
    const [{ store, history }, tenant] = [open(), newTenant()]
    const created = await store.create(tenant, [event('first', later(0))])
    if (created === 'conflict') throw new Error('fresh')
    await store.replace(created, tenant, [event('second', later(1000)), event('third', later(2000))])
    expect(await store.replace(created, tenant, [event('of the loser', later(3000))])).toBe('conflict')
    expect((await history(tenant)).map(({ detail }) => detail)).toEqual(['third', 'second', 'first'])
  })
})

test('every write of a tenant row names the ETag that it read, and never `*`', async () => {
  const sent: string[] = []
  bench.tables.Tenants.pipeline.addPolicy({
    name: 'watchEtags',
    sendRequest(request, next) {
      const text = `${request.headers.get('if-match') ?? ''}\n${typeof request.body === 'string' ? request.body : ''}`
      if (request.method !== 'GET') sent.push(text)
      return next(request)
    },
  })
  const store = createTenantTable(bench.tables)
  const tenant: Tenant = {
    workspace: 'w',
    tenant: `etags${made++}`,
    environment: 'production',
    status: 'pending',
    createdAt: start,
  }
  const created = await store.create(tenant, [])
  if (created === 'conflict') throw new Error('fresh')
  const second = await store.replace(created, tenant, [])
  if (second === 'conflict') throw new Error('fresh')
  await store.replace(second, tenant, [{ type: 'refresh.failing', at: start, detail: '' }])
  const [, replaced, transacted] = sent
  expect(replaced).toContain(created.etag)
  expect(transacted?.toLowerCase()).toContain(`if-match: ${second.etag.toLowerCase()}`)
  expect(sent.join('\n')).not.toMatch(/^(if-match: )?\*\r?$/im)
})

test('a disabled secret reads as missing, and accepts a new version', async () => {
  const name = `secret-${made++}`
  const { version } = await realVault.write(name, new Secret('one'), { expiresOn })
  await vaultClient.updateSecretProperties(name, version, { enabled: false })
  expect(await realVault.read(name)).toBeUndefined()
  expect(await realVault.read(name, version)).toBeUndefined()
  await realVault.write(name, new Secret('two'), { expiresOn })
  expect(await realVault.read(name)).toMatchObject({ value: new Secret('two') })
})

describe.each([
  ['the model', (): Vault => createModelVault()],
  ['Key Vault', (): Vault => realVault],
])('a vault (%s)', (_name, open) => {
  const tags = { workspace: 'w', tenant: 't' }
  const newName = () => `secret-${made++}`

  test('keeps every version, returns the newest by default, and tags with each', async () => {
    const [vault, name] = [open(), newName()]
    const first = await vault.write(name, new Secret('one'), { tags, expiresOn })
    const second = await vault.write(name, new Secret('two'), {
      tags: { ...tags, tenant: 'other' },
      expiresOn,
    })
    expect(first.version).not.toBe(second.version)
    expect(await vault.read(name)).toMatchObject({ value: new Secret('two'), version: second.version })
    expect(await vault.read(name, first.version)).toMatchObject({ name, value: new Secret('one'), tags })
    expect(await vault.read(name, second.version)).toMatchObject({ tags: { tenant: 'other' } })
  })

  test('returns each version’s own expiry date, and the version even after that date', async () => {
    const [vault, name] = [open(), newName()]
    const past = new Date('2026-01-01T00:00:00Z')
    await vault.write(name, new Secret('one'), { expiresOn: past })
    expect(await vault.read(name)).toMatchObject({ value: new Secret('one'), expiresOn: past })
    await vault.write(name, new Secret('two'), { expiresOn })
    expect(await vault.read(name)).toMatchObject({ expiresOn })
  })

  test('sets the expiry date of one version, and nothing else', async () => {
    const [vault, name] = [open(), newName()]
    const first = await vault.write(name, new Secret('one'), { tags, expiresOn })
    const second = await vault.write(name, new Secret('two'), { tags, expiresOn })
    const renewed = new Date('2028-01-01T00:00:00Z')
    await vault.setExpiry(name, first.version, renewed)
    expect(await vault.read(name, first.version)).toEqual({ ...first, expiresOn: renewed })
    expect(await vault.read(name)).toEqual(second)
    await vault.remove(name)
    await vault.setExpiry(name, first.version, renewed)
    expect(await vault.read(name)).toBeUndefined()
  })

  test('returns nothing for a missing secret or version', async () => {
    const [vault, name] = [open(), newName()]
    expect(await vault.read(name)).toBeUndefined()
    await vault.write(name, new Secret('one'), { tags, expiresOn })
    expect(await vault.read(name, '0123456789abcdef0123456789abcdef')).toBeUndefined()
  })

  test('deletes a secret with all its versions, even repeatedly, and its name accepts no new one', async () => {
    const [vault, name] = [open(), newName()]
    const { version } = await vault.write(name, new Secret('one'), { tags, expiresOn })
    await vault.remove(name)
    await vault.remove(name)
    await vault.remove(newName())
    expect(await vault.read(name)).toBeUndefined()
    expect(await vault.read(name, version)).toBeUndefined()
    await expect(vault.write(name, new Secret('two'), { tags, expiresOn })).rejects.toMatchObject({
      name: 'StorageUnavailableError',
      service: 'vault',
      status: 409,
      code: 'SecretDeleted',
    })
  })
})

describe.each([
  ['the model', (): Sealer => createModelSealer()],
  [
    'JWE',
    (): Sealer => {
      const k = Buffer.alloc(32, 7).toString('base64url')
      return createSealer(async () => new Secret(JSON.stringify({ keys: [{ kty: 'oct', kid: 'one', k }] })))
    },
  ],
])('a sealer (%s)', (_name, open) => {
  const context: SealContext = {
    workspace: 'w',
    tenant: 't',
    environment: 'production',
    use: 'refresh_token',
  }

  test.each(['a token', '', 'ünïcode ✓', 'x'.repeat(5000)])('opens what it sealed: %.12s', async (text) => {
    const sealer = open()
    expect(await sealer.open(await sealer.seal(new Secret(text), context), context)).toEqual(new Secret(text))
  })

  test('never seals twice the same way, and opens each result', async () => {
    const sealer = open()
    const [one, other] = [
      await sealer.seal(new Secret('same'), context),
      await sealer.seal(new Secret('same'), context),
    ]
    expect(one).not.toBe(other)
    expect(await sealer.open(one, context)).toEqual(new Secret('same'))
    expect(await sealer.open(other, context)).toEqual(new Secret('same'))
  })

  test.each<[string, Partial<SealContext>]>([
    ['workspace', { workspace: 'x' }],
    ['tenant', { tenant: 'u' }],
    ['environment', { environment: 'sandbox' }],
    ['use', { use: 'access_token' }],
  ])('opens nothing for another %s', async (_what, other) => {
    const sealer = open()
    const sealed = await sealer.seal(new Secret('a token'), context)
    expect(await sealer.open(sealed, { ...context, ...other })).toBeUndefined()
  })

  test('opens nothing for another consent of the tenant, or for none', async () => {
    const sealer = open()
    const sealed = await sealer.seal(new Secret('a token'), { ...context, grantId: 'one' })
    expect(await sealer.open(sealed, { ...context, grantId: 'one' })).toEqual(new Secret('a token'))
    expect(await sealer.open(sealed, { ...context, grantId: 'other' })).toBeUndefined()
    expect(await sealer.open(sealed, context)).toBeUndefined()
  })

  test('opens text that was sealed without a consent, like in a row of an older version', async () => {
    const sealer = open()
    const sealed = await sealer.seal(new Secret('a token'), context)
    expect(await sealer.open(sealed, { ...context, grantId: 'one' })).toEqual(new Secret('a token'))
  })

  test('distinguishes owners, no matter how their names join', async () => {
    const sealer = open()
    const sealed = await sealer.seal(new Secret('a token'), { ...context, workspace: 'a', tenant: 'b/c' })
    expect(await sealer.open(sealed, { ...context, workspace: 'a/b', tenant: 'c' })).toBeUndefined()
  })

  test.each(['', 'jwe', 'jwe.99', 'not.a.jwe', 'a.b.c.d.e'])(
    'opens nothing that it did not seal: "%s"',
    async (text) => {
      expect(await open().open(text, context)).toBeUndefined()
    },
  )

  test('opens nothing that was cut short', async () => {
    const sealer = open()
    const sealed = await sealer.seal(new Secret('a token'), context)
    expect(await sealer.open(sealed.slice(0, -2), context)).toBeUndefined()
  })
})
