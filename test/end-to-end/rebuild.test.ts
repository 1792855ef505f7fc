import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMissingTables } from '../../scripts/createMissingTables.ts'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { walkTenants } from '../../shared/operations/tenantWalk.ts'
import { Secret } from '../../shared/secret.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

/** Deletes every row of every table, as if an empty account were restored; deleting the tables would need a pause. */
async function loseTables() {
  for (const table of Object.values(world.broker.tables)) {
    const rows = table.listEntities()
    for await (const { partitionKey, rowKey } of rows) await table.deleteEntity(partitionKey!, rowKey!)
  }
}

async function rebuild(dryRun: 'dryRun' | 'write' = 'write') {
  const operator = world.createBroker()
  await createMissingTables(operator)
  return rebuildTables(operator, await findTagged(operator.vaults.grants), dryRun)
}

async function listed(): Promise<TenantName[]> {
  const names: TenantName[] = []
  for await (const name of walkTenants(world.broker.tables)) names.push(name)
  return names.toSorted((a, b) => a.tenant.localeCompare(b.tenant))
}

test('a dry run counts what the vaults name although the tables themselves are missing', async () => {
  const grace = await world.connect('grace-before', 'grace@contoso.example')
  const { faults } = world.stack.parts.azurite.service.control
  faults.add({ kind: 'tableNotFound', table: 'Tenants', rows: 1 })
  faults.add({ kind: 'tableNotFound', table: 'TenantsByWorkspace', rows: 1 })
  const operator = world.createBroker()
  const tagged = await findTagged(operator.vaults.grants)
  expect((await rebuildTables(operator, tagged, 'dryRun')).counts).toEqual({ missing: 1 })
  faults.clear()
  expect((await rebuildTables(operator, tagged, 'dryRun')).counts).toEqual({ present: 1 })
  await disconnectTenant(operator.grantServices, grace)
  await loseTables()
})

test('lost tables are rebuilt from the vaults: tenants, list, due rows, accounts, and grants that refresh', async () => {
  const ada = await world.connect('ada', 'ada@outlook.example')
  const grace = await world.connect('grace', 'grace@contoso.example')
  const before = await Promise.all([ada, grace].map(world.read))
  await loseTables()
  expect((await rebuild('dryRun')).counts).toEqual({ missing: 2 })
  expect(await listed()).toEqual([])
  expect(await rebuild()).toEqual({ counts: { connected: 2 }, attention: [] })
  expect(await listed()).toEqual([ada, grace])
  for (const [index, name] of [ada, grace].entries()) {
    const { status, grant, dueAt, accountsGeneration } = await world.read(name)
    const { consenter, accountKind, authorityTenant } = before[index]!.grant!
    expect(status).toBe('connected')
    expect(grant).toMatchObject({ accountKind, authorityTenant, consenter })
    expect(grant?.signInNameSealed).toMatch(/^eyJ/)
    expect(JSON.stringify(grant)).not.toContain(`${name.tenant}@`)
    expect(dueAt).toBeInstanceOf(Date)
    const { accounts } = await world.broker.accounts.list(name, accountsGeneration!, 100)
    expect(accounts.length).toBeGreaterThan(0)
    expect(await world.refreshes(name)).toBe(true)
  }
  expect(await rebuild()).toEqual({ counts: { present: 2 }, attention: [] })
})

test('of a tenant’s several secrets, the newest working one is used, and the others are deleted', async () => {
  const name = await world.connect('several', 'ada@outlook.example')
  const owner = { ...name, environment: 'production', identityProvider: 'microsoft' } as const
  await world.broker.grantStores.vault.write(new Secret('a refresh token that never was'), owner)
  await loseTables()
  await rebuild()
  expect((await world.read(name)).status).toBe('connected')
  expect(await world.refreshes(name)).toBe(true)
  const tagged = (await findTagged(world.broker.vaults.grants)).grants.flat()
  expect(tagged.filter((grant) => grant.owner.tenant === name.tenant)).toHaveLength(1)
})

test('a tenant without a working grant asks for a new sign-in', async () => {
  const name = { workspace: 'agency', tenant: 'dead' }
  const owner = { ...name, environment: 'production', identityProvider: 'microsoft' } as const
  await world.broker.grantStores.vault.write(new Secret('a refresh token that never was'), owner)
  const { counts, attention } = await rebuild()
  expect(counts).toMatchObject({ dead: 1 })
  expect(attention).toEqual([{ ...name, outcome: 'dead' }])
  expect((await world.read(name)).status).toBe('reauthorization_required')
})

test('nothing is written for a tenant while the identity provider does not answer', async () => {
  const name = await world.connect('unclear', 'ada@outlook.example')
  await loseTables()
  await world.stack.parts.signIn.stop()
  expect((await rebuild()).counts).toMatchObject({ unclear: expect.any(Number) })
  expect(await world.broker.tenants.read(name)).toBeUndefined()
  await world.stack.parts.signIn.start()
})

test('a disconnected tenant stays disconnected', async () => {
  const name = await world.connect('ended', 'ada@outlook.example')
  const stored = await world.broker.tenants.read(name)
  const { grant: _grant, dueAt: _due, ...bare } = stored!.tenant
  await world.broker.tenants.replace(stored!, { ...bare, status: 'disconnected' }, [])
  await rebuild()
  expect((await world.read(name)).status).toBe('disconnected')
})

test('a tenant that lost only its due row is found by the sweeps themselves, sealed grant or not', async () => {
  const name = await world.connect('hintless', 'ada@outlook.example')
  await migrateGrants(world.broker, 'sealed')
  const stored = await world.broker.tenants.read(name)
  const dueAt = addSeconds(new Date(), -3 * 3600)
  await world.broker.tenants.replace(stored!, { ...stored!.tenant, dueAt }, [])
  const table = world.broker.tables.RefreshDue
  for await (const { partitionKey, rowKey } of table.listEntities())
    await table.deleteEntity(partitionKey!, rowKey!)

  const broker = world.createBroker()
  expect((await runSweep(broker)).report.due).toBe(0)
  expect((await runSweep(broker)).report).toMatchObject({ due: 1, refreshed: 1 })
  expect((await world.read(name)).dueAt?.getTime()).toBeGreaterThan(Date.now())
})

describe('tables that were restored from before a disconnect', () => {
  const replaceRow = async (name: TenantName, change: (row: Tenant) => Tenant) => {
    const stored = await world.broker.tenants.read(name)
    await world.broker.tenants.replace(stored!, change(stored!.tenant), [])
    return change(stored!.tenant)
  }

  /** Consented an hour ago and disconnected a minute ago; then `inBetween`, and the row as it was before. */
  const restore = async (
    tenant: string,
    inBetween: (name: TenantName) => Promise<unknown> = async () => {},
  ) => {
    const name = await world.connect(tenant, 'ada@outlook.example')
    if (tenant.startsWith('sealed')) await migrateGrants(world.broker, 'sealed')
    const consentedAt = addSeconds(new Date(), -3600)
    const backup = await replaceRow(name, (row) => ({ ...row, grant: { ...row.grant!, consentedAt } }))
    const { grantServices } = world.broker
    const clock = { ...grantServices.clock, now: () => addSeconds(new Date(), -60) }
    await disconnectTenant({ ...grantServices, clock }, name)
    await inBetween(name)
    await replaceRow(name, () => backup)
    return name
  }

  test('are repaired: disconnected tenants stay disconnected, and reconnected ones stay connected', async () => {
    const sealed = await restore('sealed-ended')
    const again = await restore('vault-again', (name) => world.connect(name.tenant, 'ada@outlook.example'))
    expect((await rebuild('dryRun')).attention).toEqual(
      expect.arrayContaining([
        { ...sealed, outcome: 'disconnected' },
        { ...again, outcome: 'missing' },
      ]),
    )
    expect((await world.read(sealed)).status).toBe('connected')
    expect((await rebuild()).attention).toContainEqual({ ...sealed, outcome: 'disconnected' })
    expect(await world.read(sealed)).toMatchObject({ status: 'disconnected' })
    expect(await world.read(sealed)).not.toHaveProperty('grant')
    expect(await world.refreshes(again)).toBe(true)
  })

  test('that are not rebuilt give no token for a sealed grant', async () => {
    const sealed = await restore('sealed-vended')
    expect(await world.refreshes(sealed)).toBe(false)
    expect(await world.read(sealed)).toMatchObject({ status: 'disconnected' })
  })
})

describe('a damaged row', () => {
  const breakRow = async (name: TenantName, columns: object) => {
    const key = { partitionKey: tenantKey(name), rowKey: 'tenant' }
    await world.broker.tables.Tenants.updateEntity({ ...key, ...columns }, 'Merge')
  }

  test('is skipped by sweeps, which refresh the others and report it', async () => {
    const [broken, sound] = [
      await world.connect('broken', 'ada@outlook.example'),
      await world.connect('sound', 'grace@contoso.example'),
    ]
    const dueAt = addSeconds(new Date(), -60)
    for (const name of [broken, sound]) {
      const stored = await world.broker.tenants.read(name)
      await world.broker.tenants.replace(stored!, { ...stored!.tenant, dueAt }, [])
      await world.broker.sweeping.due.insert(dueRowOf(stored!.tenant, stored!.tenant.grant!, dueAt))
    }
    await breakRow(broken, { grantReference: '' })
    const broker = world.createBroker()
    expect((await runSweep(broker)).report).toMatchObject({ refreshed: 1, failed: { damaged_row: 1 } })
    expect((await runSweep(broker)).report).toMatchObject({ due: 0 })
    const line = world.lines.find((each) => each.includes('tenant.damaged')) ?? ''
    expect(JSON.parse(line)).toMatchObject({ tenantKey: tenantKey(broken), column: 'grantReference' })
    await expect(world.createBroker().vend.vend(broken, {})).rejects.toThrow('grantReference')
  })

  test('is rebuilt from the vault; without a tagged secret its advertiser is asked to sign in', async () => {
    const [kept, bare] = [
      await world.connect('damaged', 'ada@outlook.example'),
      await world.connect('bare', 'ada@outlook.example'),
    ]
    const { grant } = await world.read(bare)
    await world.broker.grantStores.vault.forget(grant!.reference)
    for (const name of [kept, bare]) await breakRow(name, { grantScopes: 5 })
    expect((await rebuild('dryRun')).attention).toEqual(
      expect.arrayContaining([
        { ...kept, outcome: 'damaged' },
        { ...bare, outcome: 'damaged' },
      ]),
    )
    await world.stack.parts.signIn.stop()
    expect((await rebuild()).attention).toContainEqual({ ...kept, outcome: 'unclear' })
    expect(await world.broker.tenants.inspect(kept)).toHaveProperty('damaged')
    await world.stack.parts.signIn.start()
    await rebuild()
    expect(await world.refreshes(kept)).toBe(true)
    expect(await world.read(bare)).toMatchObject({
      status: 'reauthorization_required',
      reauthorizationReason: 'row_damaged',
    })
  })
})

test('the pages that sweeps check contain every tenant once', async () => {
  const names = Array.from({ length: 420 }, (_, number) => ({
    workspace: 'agency',
    tenant: `many-${number}`,
  }))
  const pending = { environment: 'production', status: 'pending', createdAt: new Date() } as const
  await Promise.all(names.map((name) => world.broker.tenants.create({ ...name, ...pending }, [])))
  const seen: string[] = []
  let pages = 0
  let from: string | undefined
  do {
    const page = await world.broker.tenantPages.read(from)
    seen.push(...page.tenants.map(({ tenant }) => tenant))
    from = page.next
    pages++
  } while (from)
  expect(pages).toBeGreaterThan(2)
  expect(seen.length).toBe(new Set(seen).size)
  expect(seen).toEqual(expect.arrayContaining(names.map(({ tenant }) => tenant)))
})
