import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { addSeconds } from '../../shared/clock.ts'
import { pruneSealingKeys } from '../../shared/operations/pruneSealingKeys.ts'
import { addSealingKey, readSealingKeyIds } from '../../shared/secrets/sealingKeys.ts'
import { createStorageClock } from '../../shared/storage/storageClock.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const later = { ...createStorageClock(() => undefined), now: () => addSeconds(new Date(), 601) }

test('a new key seals, older ones open, and none is dropped before everything is resealed', async () => {
  const { broker } = world
  const vault = broker.vaults.main
  const names = [
    await world.connect('ada', 'ada@outlook.example'),
    await world.connect('grace', 'grace@contoso.example'),
  ]
  await migrateGrants(broker, 'sealed')
  const before = await Promise.all(names.map(world.read))
  const added = await addSealingKey({ ...broker, vault })
  expect(added.older.length).toBeGreaterThan(0)
  const operator = world.createBroker()
  expect(await pruneSealingKeys(operator)).toMatchObject({ pruned: false, because: 'not_settled' })
  expect(await pruneSealingKeys({ ...operator, clock: later })).toMatchObject({
    pruned: true,
    counts: { resealed: 2 },
    dropped: added.older,
  })
  expect(await readSealingKeyIds({ vault, clock: later })).toMatchObject({
    sealing: added.sealing,
    older: [],
  })
  for (const [index, name] of names.entries()) {
    const { accessToken, grant } = await world.read(name)
    expect(grant?.reference).not.toBe(before[index]?.grant?.reference)
    expect(accessToken?.expiresAt).toEqual(before[index]?.accessToken?.expiresAt)
    expect(await world.refreshes(name)).toBe(true)
  }
  expect(await pruneSealingKeys(operator)).toMatchObject({ pruned: false, because: 'nothing_older' })
})

test('no key is dropped while a row is busy', async () => {
  const { broker } = world
  const name = await world.connect('busy', 'ada@outlook.example')
  await addSealingKey({ ...broker, vault: broker.vaults.main })
  const stored = await broker.tenants.read(name)
  const lease = { id: 'another process', until: addSeconds(new Date(), 3600) }
  await broker.tenants.replace(stored!, { ...stored!.tenant, lease }, [])
  const operator = world.createBroker()
  // The broker doesn't believe in a lease of an hour.
  expect((await operator.tenants.read(name))?.tenant.lease?.until.getTime()).toBeLessThanOrEqual(Date.now())
  const grantServices = { ...operator.grantServices, tenants: createTenantTable(operator.tables) }
  const outcome = await pruneSealingKeys({ ...operator, grantServices, clock: later })
  expect(outcome).toMatchObject({ pruned: false, because: 'rows_left', counts: { leased: 1 } })
  expect((await readSealingKeyIds({ vault: broker.vaults.main, clock: later }))?.older).toHaveLength(1)
})

test('a missing set is created', async () => {
  const vault = world.broker.vaults.grants[1]!
  expect(await readSealingKeyIds({ vault, clock: later })).toBeUndefined()
  expect(await addSealingKey({ ...world.broker, vault })).toMatchObject({ older: [] })
})
