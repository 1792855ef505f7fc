import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateGrants } from '../../scripts/migrate-grants.ts'
import { addSeconds } from '../../shared/clock.ts'
import { grantOwnerOf } from '../../shared/domain/grants.ts'
import { migrateGrant } from '../../shared/operations/migrate.ts'
import { Secret } from '../../shared/secret.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const dependencies = () => ({ ...world.broker.grantServices, stores: world.broker.grantStores })
const secretNameOf = (reference = '') => reference.split('/')[1] ?? ''
const isInVault = async (reference: string | undefined) => {
  const reads = world.broker.vaults.grants.map((vault) => vault.read(secretNameOf(reference)))
  return (await Promise.all(reads)).some((secret) => secret !== undefined)
}

describe('moving grants while the broker is running', () => {
  test('there and back, every grant still refreshes, and unneeded secrets are removed from a store', async () => {
    const names = [
      await world.connect('ada', 'ada@outlook.example'),
      await world.connect('grace', 'grace@contoso.example'),
    ]
    const before = await Promise.all(names.map(world.read))
    expect(await migrateGrants(world.broker, 'sealed')).toEqual({ moved: 2 })
    for (const [index, name] of names.entries()) {
      expect((await world.read(name)).grant?.reference).toMatch(/^sealed:/)
      expect(await isInVault(before[index]?.grant?.reference)).toBe(false)
      expect(await world.refreshes(name)).toBe(true)
    }
    expect(await migrateGrants(world.broker, 'vault')).toEqual({ moved: 2 })
    expect(await migrateGrants(world.broker, 'vault')).toEqual({ already_there: 2 })
    for (const name of names) {
      const { grant, lease } = await world.read(name)
      expect(grant?.reference).toMatch(/^vault:/)
      expect(lease).toBeUndefined()
      expect(await world.refreshes(name)).toBe(true)
    }
  })

  test('a tenant that is being refreshed is left for another run', async () => {
    const name = await world.connect('leased', 'ada@outlook.example')
    const stored = await world.broker.tenants.read(name)
    const lease = { id: 'another process', until: addSeconds(new Date(), 60) }
    await world.broker.tenants.replace(stored!, { ...stored!.tenant, lease }, [])
    expect(await migrateGrant(dependencies(), name, 'sealed')).toBe('leased')
    expect((await world.read(name)).grant?.reference).toMatch(/^vault:/)
  })

  test('a newer token from a crashed refresh is the one that moves', async () => {
    const name = await world.connect('newer', 'ada@outlook.example')
    const row = await world.read(name)
    const { grant } = row
    const owner = grantOwnerOf(row, grant!)
    await world.broker.grantStores.vault.write(new Secret('newer token'), owner, grant?.reference)
    expect(await migrateGrant(dependencies(), name, 'sealed')).toBe('moved')
    const moved = (await world.read(name)).grant?.reference ?? ''
    expect(await world.broker.grantStores.sealed.read(moved, owner)).toEqual(new Secret('newer token'))
  })

  test('a concurrent reconnect wins, and the copy is destroyed', async () => {
    const name = await world.connect('reconnected', 'ada@outlook.example')
    await migrateGrant(dependencies(), name, 'sealed')
    const { vault } = world.broker.grantStores
    const written: string[] = []
    const stores = {
      ...world.broker.grantStores,
      vault: {
        ...vault,
        write: async (...parameters: Parameters<typeof vault.write>) => {
          written.push(await vault.write(...parameters))
          const now = await world.broker.tenants.read(name)
          const { lease: _lease, ...reconnected } = now!.tenant
          await world.broker.tenants.replace(now!, { ...reconnected, displayName: 'reconnected' }, [])
          return written[0]!
        },
      },
    }
    expect(await migrateGrant({ ...world.broker.grantServices, stores }, name, 'vault')).toBe('changed')
    expect((await world.read(name)).grant?.reference).toMatch(/^sealed:/)
    expect(await isInVault(written[0])).toBe(false)
  })

  test('a storage failure along the way leaves the grant in place, ready for refreshes', async () => {
    const name = await world.connect('failing', 'ada@outlook.example')
    const { reference } = (await world.read(name)).grant!
    const sealed = {
      ...world.broker.grantStores.sealed,
      write: () => Promise.reject(new Error('no storage')),
    }
    const stores = { ...world.broker.grantStores, sealed }
    await expect(migrateGrant({ ...world.broker.grantServices, stores }, name, 'sealed')).rejects.toThrow(
      'no storage',
    )
    const { grant, lease } = await world.read(name)
    expect(grant?.reference).toBe(reference)
    expect(lease).toBeUndefined()
  })

  test('a tenant without a grant has nothing to move', async () => {
    const name = { workspace: 'agency', tenant: 'pending' }
    expect(await migrateGrant(dependencies(), name, 'sealed')).toBe('not_found')
    await world.broker.tenants.create(
      { ...name, environment: 'production', status: 'pending', createdAt: new Date() },
      [],
    )
    expect(await migrateGrant(dependencies(), name, 'sealed')).toBe('no_grant')
  })
})
