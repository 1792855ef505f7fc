import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { migrateGrant } from '../../shared/operations/migrate.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { connectGrant } from '../../shared/tenants/connectGrant.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { agreedClock } from '../simulation/agreedClock.ts'
import { connected, grantOf, ground, name, now, owner } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'

type Ground = ReturnType<typeof ground>

const proven = {
  environment: 'production',
  grant: grantOf('', 'second'),
  refreshToken: new Secret('new'),
  accessToken: new Secret('at'),
  expiresInSeconds: 3600,
  requestedAt: now,
  accountsGeneration: 'g',
} as const

async function pendingGround(): Promise<Ground> {
  const own = ground()
  await own.tenants.create({ ...name, environment: 'production', status: 'pending', createdAt: now }, [])
  return own
}

/** A sweep at a time after now. */
function sweepAfter({ dependencies }: Ground, seconds: number, storageNow?: () => Date): Promise<unknown> {
  const clock = agreedClock({ ...dependencies.clock, now: () => addSeconds(new Date(), seconds) })
  const later = { ...dependencies, clock: { ...clock, ...(storageNow && { storageNow }) } }
  return sweep({ ...later, refresher: createRefresher(later) })
}

const outOfOrder = async () => {
  throw new Error('out')
}

describe('a new secret', () => {
  test('is listed in the row, with a due row, before it is written, and for 15 minutes', async () => {
    const own = await pendingGround()
    const { write } = own.vault
    let listed: unknown
    own.vault.write = (secret, ...written) => {
      const [entry] = own.row().uncommittedSecrets ?? []
      const isDue = [...own.due.rows()].some(({ dueAt }) => dueAt.getTime() === entry?.until.getTime())
      listed = { isOwn: entry?.reference.includes(`/${secret}/`), isDue }
      return write(secret, ...written)
    }
    expect(await connectGrant(own.dependencies, name, proven)).toBeDefined()
    expect(listed).toEqual({ isOwn: true, isDue: true })
    expect(own.row()).toMatchObject({ status: 'connected' })
    expect(own.row()).toHaveProperty('uncommittedSecrets')
    await sweepAfter(own, 905)
    expect(own.row()).not.toHaveProperty('uncommittedSecrets')
    expect(own.live()).toEqual(['new'])
  })

  test.each<[string, (own: Ground) => Promise<unknown>]>([
    [
      'grant ends',
      async (own) => {
        await connectGrant(own.dependencies, name, proven)
        await disconnectTenant(own.dependencies, name)
      },
    ],
    [
      'commit is given up',
      (own) => connectGrant(own.dependencies, name, { ...proven, isStillValidFor: () => false }),
    ],
  ])('is destroyed once more if its %s while another vault may still take it', async (_, end) => {
    const own = await pendingGround()
    await end(own)
    expect(own.live()).toEqual([])
    const { host: vault } = own.vault
    const secret = own.row().uncommittedSecrets?.[0]?.reference.split('/')[1] ?? ''
    // A write that another vault hasn't answered takes effect; the process that would remove its copy is gone.
    const late = createModelVault(`late.${vault}`)
    await late.write(secret, new Secret('late'), { expiresOn: addSeconds(now, 86_400) })
    const grants = createGrantVault([own.vault, late], own.dependencies)
    await sweepAfter({ ...own, dependencies: { ...own.dependencies, grants } }, 905)
    expect([...late.live()]).toEqual([])
    expect(own.row()).not.toHaveProperty('uncommittedSecrets')
  })

  test('is not written if the row cannot list it', async () => {
    const own = await pendingGround()
    const tenants = { ...own.tenants, replace: outOfOrder }
    await expect(connectGrant({ ...own.dependencies, tenants }, name, proven)).rejects.toThrow('out')
    expect(own.live()).toEqual([])
  })

  test('is not written while the row lists a hundred others: the column would outgrow its table', async () => {
    const own = await pendingGround()
    for (let at = 0; at < 100; at++) await connectGrant(own.dependencies, name, proven)
    expect(own.row().uncommittedSecrets).toHaveLength(100)
    expect(await connectGrant(own.dependencies, name, proven)).toBeUndefined()
    expect(own.row().uncommittedSecrets).toHaveLength(100)
    await sweepAfter(own, 905)
    expect(await connectGrant(own.dependencies, name, proven)).toBeDefined()
  })

  test('is not written by a migration while the row lists a hundred others, and the lease is released', async () => {
    const own = ground()
    const sealed = await own.stores.sealed.write(new Secret('old'), { ...owner, grantId: 'consent-of-first' })
    const secret = { reference: 'vault:any/grant-0/reserved/0', until: addSeconds(now, 900) }
    const uncommittedSecrets = Array(100).fill(secret)
    await own.tenants.create({ ...connected(sealed), uncommittedSecrets }, [])
    const dependencies = { ...own.dependencies, stores: own.stores }
    await expect(migrateGrant(dependencies, name, 'vault')).rejects.toThrow('lists 100 secrets')
    expect(own.row()).not.toHaveProperty('lease')
    expect(own.row()).toMatchObject({ grant: { reference: sealed }, uncommittedSecrets })
    expect(own.live()).toEqual([])
  })

  test('needs no listing if the row itself holds the token', async () => {
    const own = await pendingGround()
    const grants = { ...own.grants, reserve: own.stores.sealed.reserve, write: own.stores.sealed.write }
    let writes = 0
    const replace: TenantStore['replace'] = (...write) => {
      writes++
      return own.tenants.replace(...write)
    }
    const dependencies = { ...own.dependencies, grants, tenants: { ...own.tenants, replace } }
    expect(await connectGrant(dependencies, name, proven)).toBeDefined()
    expect(writes).toBe(1)
  })

  test.each([
    ['whose commit fails', false],
    ['whose commit fails, of a tenant that is disconnected then', true],
  ])('%s is destroyed by the first sweep after 15 minutes', async (_title, isDisconnected) => {
    const own = await pendingGround()
    const replace: TenantStore['replace'] = async (expected, next, events) =>
      next.grant ? outOfOrder() : own.tenants.replace(expected, next, events)
    const tenants = { ...own.tenants, replace }
    await expect(connectGrant({ ...own.dependencies, tenants }, name, proven)).rejects.toThrow('out')
    if (isDisconnected) await disconnectTenant(own.dependencies, name)
    await sweepAfter(own, 890)
    expect(own.live()).toEqual(['new'])
    // A process that is a day ahead.
    await sweepAfter(own, 86_400, () => addSeconds(new Date(), 890))
    expect(own.live()).toEqual(['new'])
    await sweepAfter(own, 905)
    expect(own.live()).toEqual([])
    expect(own.row()).not.toHaveProperty('uncommittedSecrets')
  })

  test('that no commit can name any more stays listed until it is destroyed', async () => {
    const own = await pendingGround()
    const { remove } = own.vault
    own.vault.remove = outOfOrder
    const isStillValidFor = () => false
    expect(await connectGrant(own.dependencies, name, { ...proven, isStillValidFor })).toBeUndefined()
    expect(own.row()).toMatchObject({ secretsToDestroy: [expect.stringContaining('/reserved/')] })
    own.vault.remove = remove
    await sweepAfter(own, 905)
    expect(own.live()).toEqual([])
    expect(own.row()).not.toHaveProperty('secretsToDestroy')
  })
})

describe('the four hundredth rotation', () => {
  const full = async (own: Ground) => {
    const reference = (await own.stores.vault.write(new Secret('old'), owner)).replace(/0$/, '399')
    await own.tenants.create(connected(reference), [])
    return reference.split('/')[1]
  }

  test('moves to a new secret, which the row lists first', async () => {
    const own = ground()
    const secret = await full(own)
    const listings: unknown[][] = []
    const replace: TenantStore['replace'] = (expected, next, events) => {
      if (next.uncommittedSecrets) listings.push([...own.live()])
      return own.tenants.replace(expected, next, events)
    }
    expect((await own.refresh({ ...own.tenants, replace })).outcome).toBe('refreshed')
    expect(listings[0]).toEqual(['old', 'next1'])
    expect(own.row().grant?.reference).not.toContain(secret)
    expect(own.live()).toEqual(['next1'])
  })

  test('keeps its secret if the row cannot list a new one, and the next rotation moves', async () => {
    const own = ground()
    const secret = await full(own)
    let failures = 0
    const replace: TenantStore['replace'] = async (expected, next, events) => {
      if (!next.uncommittedSecrets) return own.tenants.replace(expected, next, events)
      failures++
      return outOfOrder()
    }
    expect((await own.refresh({ ...own.tenants, replace })).outcome).toBe('refreshed')
    expect(failures).toBe(1)
    expect(own.row().grant?.reference).toMatch(new RegExp(`/${secret}/.*/400$`))
    expect(own.live()).toEqual(['old', 'next1'])
    expect((await own.refresh()).outcome).toBe('refreshed')
    expect(own.row().grant?.reference).not.toContain(secret)
    expect(own.live()).toEqual(['next2'])
  })
})
