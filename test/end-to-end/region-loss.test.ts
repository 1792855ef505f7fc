import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMissingTables } from '../../scripts/createMissingTables.ts'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { TenantName } from '../../shared/domain/tenant.ts'
import { runSweep } from '../../shared/operations/runSweep.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { checkPermissions } from '../../shared/ready/permissions.ts'
import { cleanUpDueRow, disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld
let kept: TenantName
let ended: TenantName

const oldVault = () => world.stack.parts.vault
const newVault = () => world.stack.parts.grantVault
const hostOf = (origin: string) => new URL(origin).host
const lost = () => world.createBroker({ GRANT_VAULT_URLS: oldVault().origin })
/** The broker in the other region, with the setting of docs/runbooks/region-loss.md. */
const rescued = () =>
  world.createBroker({
    GRANT_VAULT_URLS: newVault().origin,
    READ_ONLY_GRANT_VAULT_URLS: oldVault().origin,
  })
const hostOfGrant = async (name: TenantName) =>
  /^vault:([^/]+)/.exec((await world.read(name)).grant?.reference ?? '')?.[1]
const namesIn = async (vault: { origin: string }, prefix: string) => {
  const found: string[] = []
  for (const each of world.broker.vaults.grants)
    if (each.host === hostOf(vault.origin))
      for await (const { name } of each.list()) if (name.startsWith(prefix)) found.push(name)
  return found
}

/** A vault that has failed over answers reads only (learn.microsoft.com/azure/key-vault/general/disaster-recovery-guidance). */
const failOver = () => {
  for (const operation of ['set', 'update', 'delete'] as const)
    oldVault().service.control.faults.add({ kind: 'forbiddenByRbac', operation })
}

beforeAll(async () => {
  world = await openOperatorWorld()
  kept = await world.connect('kept', 'ada@outlook.example', lost())
  ended = await world.connect('ended', 'grace@contoso.example', lost())
  failOver()
})

afterAll(() => world.stack.stop())

test('every new tenant connects, and its grant is in the new vault', async () => {
  expect(await hostOfGrant(kept)).toBe(hostOf(oldVault().origin))
  const broker = rescued()
  for (let count = 0; count < 6; count++) {
    const name = await world.connect(`new-${count}`, 'ada@outlook.example', broker)
    expect(await hostOfGrant(name)).toBe(hostOf(newVault().origin))
    await disconnectTenant(broker.grantServices, name)
    expect(await world.read(name)).not.toHaveProperty('secretsToDestroy')
  }
  expect(world.lines.filter((line) => line.includes('grant.vault_passed_over'))).toEqual([])
})

test('a grant in the old vault is vended, moves at its first refresh, and goes on refreshing', async () => {
  expect(await rescued().accessTokens.get(kept)).toMatchObject({ ok: true })
  expect(await hostOfGrant(kept)).toBe(hostOf(oldVault().origin))
  const { grant } = await world.read(kept)
  for (let count = 0; count < 3; count++) expect(await world.refreshes(kept, rescued())).toBe(true)
  expect(await hostOfGrant(kept)).toBe(hostOf(newVault().origin))
  expect((await world.read(kept)).secretsToDestroy).toEqual([grant?.reference])
})

test('a tenant is disconnected while its secret can’t be destroyed, with its mark in the new vault', async () => {
  const broker = rescued()
  await disconnectTenant(broker.grantServices, ended)
  const row = await world.read(ended)
  expect(row).toMatchObject({ status: 'disconnected', secretsToDestroy: [expect.stringMatching(/^vault:/)] })
  expect(row).not.toHaveProperty('disconnectMarkOwed')
  expect(await namesIn(newVault(), 'disconnected-')).not.toEqual([])
  expect(await broker.grantServices.marks.read(ended)).toEqual(row.disconnectedAt)
})

test('/ready accepts a vault that is only read', async () => {
  const checks = await checkPermissions(rescued())
  const vault = (origin: string) => checks.find(({ name }) => name === `vault ${hostOf(origin)}`)
  expect(vault(oldVault().origin)).toMatchObject({
    ok: true,
    detail: expect.stringContaining('can be read ('),
  })
  expect(vault(newVault().origin)).toMatchObject({ ok: true, detail: 'can be read and written' })
  const unset = world.createBroker({ GRANT_VAULT_URLS: `${newVault().origin},${oldVault().origin}` })
  const failing = (await checkPermissions(unset)).filter(({ ok }) => !ok).map(({ name }) => name)
  expect(failing).toEqual([`vault ${hostOf(oldVault().origin)}`])
})

test('lost tables are rebuilt into the new vault, also from secrets that can’t be deleted', async () => {
  const only = await world.connect('only-in-old', 'ada@outlook.example', rescued())
  await disconnectTenant(rescued().grantServices, only)
  oldVault().service.control.faults.clear()
  const name = await world.connect('rebuilt', 'ada@outlook.example', lost())
  failOver()
  const { tables } = world.broker
  for (const table of Object.values(tables))
    for await (const { partitionKey, rowKey } of table.listEntities())
      await table.deleteEntity(partitionKey!, rowKey!)
  const broker = rescued()
  await createMissingTables(broker)
  const report = await rebuildTables(broker, await findTagged(broker.vaults.grants), 'write')
  expect(report.counts).not.toHaveProperty('failed')
  expect(await hostOfGrant(name)).toBe(hostOf(newVault().origin))
  expect(await world.refreshes(name, rescued())).toBe(true)
  expect((await world.read(ended)).status).toBe('disconnected')
})

test('when the old vault takes writes again, one command moves what is left, and it can be removed', async () => {
  const { faults } = oldVault().service.control
  faults.clear()
  const last = await world.connect('last', 'grace@contoso.example', lost())
  const leftOver = await world.connect('left-over', 'ada@outlook.example', lost())
  failOver()
  await disconnectTenant(rescued().grantServices, leftOver)
  faults.clear()
  expect(await migrateGrants(rescued(), 'vault')).toMatchObject({ moved: 1 })
  expect(await hostOfGrant(last)).toBe(hostOf(newVault().origin))
  expect(await migrateGrants(rescued(), 'vault')).not.toHaveProperty('moved')
  const broker = rescued()
  await broker.sweeping.due.insert(cleanUpDueRow(await world.read(leftOver), addSeconds(new Date(), -600)))
  await runSweep(broker)
  expect(await world.read(leftOver)).not.toHaveProperty('secretsToDestroy')
  const alone = world.createBroker({ GRANT_VAULT_URLS: newVault().origin })
  for (const name of [last, kept]) expect(await world.refreshes(name, alone)).toBe(true)
})
