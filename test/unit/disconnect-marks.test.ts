import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { isEndedBy, type MarkedTenant } from '../../shared/domain/disconnectMarks.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { withConnection as connectedNow, withDisconnect } from '../../shared/domain/transitions.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { createDisconnectMarks, parseMark } from '../../shared/storage/disconnectMarks.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { agreedClock } from '../simulation/agreedClock.ts'
import { connected, grantOf, ground, name, now, owner } from '../simulation/ground.ts'
import { createModelVault } from '../simulation/models/vault.ts'
import { createVirtualClock } from './virtualClock.ts'

const day = 86_400

const tenant = { ...name, environment: 'production' } as const
const busy = new StorageUnavailableError('tables', 503, 'ServerBusy')

function markGround() {
  const [vault, clock] = [createModelVault(), createVirtualClock(now)]
  return { vault, clock, marks: createDisconnectMarks([vault], clock, 90 * day) }
}

describe('a mark', () => {
  test('is a separate vault secret that contains no secret value and expires with the backups', async () => {
    const { marks, vault } = markGround()
    await marks.write(tenant, now)
    const [secret] = [...vault.live()]
    expect(secret).toMatchObject({
      name: expect.stringMatching(/^disconnected-[0-9a-f]{40}$/),
      value: new Secret('disconnected'),
      tags: { ...tenant, disconnectedAt: now.toISOString() },
      expiresOn: addSeconds(now, 90 * day),
    })
    expect(secret && parseMark(secret)).toEqual({ ...tenant, disconnectedAt: now })
  })

  test('is in force until the last backup that it must undo has expired', async () => {
    const { clock, marks } = markGround()
    await marks.write(tenant, now)
    clock.advance(90 * day - 1)
    expect(await marks.read(name)).toEqual(now)
    clock.advance(1)
    expect(await marks.read(name)).toBeUndefined()
  })

  test('of a later disconnect replaces an earlier one, and never the other way around', async () => {
    const { marks, vault } = markGround()
    for (const seconds of [0, 5, 2]) await marks.write(tenant, addSeconds(now, seconds))
    expect(await marks.read(name)).toEqual(addSeconds(now, 5))
    expect([...vault.live()]).toHaveLength(2)
  })

  test.each([
    ['a grant', { name: 'grant-1', tags: { ...tenant, disconnectedAt: now.toISOString() } }],
    ['one without a time', { name: 'disconnected-1', tags: tenant }],
    ['one without a tenant', { name: 'disconnected-1', tags: { disconnectedAt: now.toISOString() } }],
  ])('is not read from %s', (_title, secret) => {
    expect(parseMark(secret)).toBeUndefined()
  })
})

describe('a disconnect', () => {
  const grant = grantOf('vault:old', 'first')
  const row: Tenant = { ...tenant, status: 'connected', createdAt: now, grant }

  test('ends the consents in the row, even if another clock was ahead when they were given', () => {
    const ahead = { ...grant, consentedAt: addSeconds(now, 4) }
    const pendingGrant = { grant: { ...grant, consentedAt: addSeconds(now, 7) } } as Tenant['pendingGrant']
    expect(withDisconnect({ ...row, grant: ahead }, now).disconnectedAt).toEqual(ahead.consentedAt)
    expect(withDisconnect({ ...row, pendingGrant } as Tenant, now).disconnectedAt).toEqual(addSeconds(now, 7))
  })

  test('ends no later consent, even if that consent’s clock is behind', () => {
    const ended = withDisconnect(row, addSeconds(now, 10))
    const accessToken = { sealed: 's', refreshedAt: now, expiresAt: now }
    const again = connectedNow(ended, { grant, accessToken, dueAt: now, accountsGeneration: 'g' })
    expect(isEndedBy(ended.disconnectedAt, grant)).toBe(true)
    expect(isEndedBy(ended.disconnectedAt, again.grant)).toBe(false)
  })

  test('is marked immediately, and nothing is owed', async () => {
    const own = ground()
    await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
    await disconnectTenant(own.dependencies, name)
    expect(own.row()).not.toHaveProperty('owesMark')
    expect(await own.dependencies.marks.read(name)).toEqual(own.row().disconnectedAt)
  })

  test('of a tenant that was never connected leaves no mark', async () => {
    const own = ground()
    await own.tenants.create({ ...tenant, status: 'pending', createdAt: now }, [])
    await disconnectTenant(own.dependencies, name)
    expect([...own.vault.live()]).toEqual([])
  })

  test.each([
    ['mark', 'deletion'],
    ['deletion', 'mark'],
  ] as const)(
    'takes effect while the vault refuses writes; sweeps finish the %s and then the %s',
    async (first, last) => {
      const own = ground()
      const { clock, grants, marks } = own.dependencies
      const logged: string[] = []
      const refused = { mark: true, deletion: true }
      let seconds = 0
      const unless = (what: keyof typeof refused, work: () => Promise<void>) =>
        refused[what] ? Promise.reject(new StorageUnavailableError('vault', 403, 'Forbidden')) : work()
      const dependencies = {
        ...own.dependencies,
        clock: agreedClock({ ...clock, now: () => addSeconds(clock.now(), seconds) }),
        log: (event: string) => void logged.push(event),
        marks: {
          ...marks,
          write: (tenant: MarkedTenant, at: Date) => unless('mark', () => marks.write(tenant, at)),
        },
        grants: {
          ...grants,
          forget: (reference: string) => unless('deletion', () => grants.forget(reference)),
        },
      }
      const sweepOnce = () => sweep({ ...dependencies, refresher: createRefresher(dependencies) })
      await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
      await disconnectTenant(dependencies, name)
      const secretsToDestroy = [expect.any(String)]
      expect(own.row()).toMatchObject({ status: 'disconnected', owesMark: true, secretsToDestroy })
      seconds = 310
      refused[first] = false
      await sweepOnce()
      expect(own.live()).toEqual(first === 'deletion' ? [] : ['old'])
      expect(own.row().owesMark).toBe(first === 'deletion' ? true : undefined)
      expect([...own.due.rows()]).toHaveLength(1)
      refused[last] = false
      await sweepOnce()
      expect(logged).toContain('disconnect.mark_owed')
      expect(own.row()).not.toHaveProperty('owesMark')
      expect(own.live()).toEqual([])
      expect(await marks.read(name)).toEqual(own.row().disconnectedAt)
      expect([...own.due.rows()]).toEqual([])
    },
  )

  test('is not dropped by a sweep that reads the tenant while the disconnect commits', async () => {
    const own = ground()
    const { dependencies, tenants } = own
    const row = connected(await own.stores.vault.write(new Secret('old'), owner))
    await tenants.create({ ...row, dueAt: addSeconds(now, 3600) }, [])
    const replace: TenantStore['replace'] = async (...write) => {
      await sweep({ ...dependencies, refresher: createRefresher(dependencies) })
      return tenants.replace(...write)
    }
    const marks = { ...dependencies.marks, write: () => Promise.reject(new Error('read-only')) }
    await disconnectTenant({ ...dependencies, marks, tenants: { ...tenants, replace } }, name)
    expect(own.row()).toMatchObject({ status: 'disconnected', owesMark: true })
    expect([...own.due.rows()]).toHaveLength(1)
  })

  test.each([
    ['before its effect', 'connected'],
    ['after its effect', 'disconnected'],
  ])('whose commit storage fails %s has changed nothing, or left its due row', async (when, status) => {
    const own = ground()
    const { dependencies, tenants } = own
    const before = connected(await own.stores.vault.write(new Secret('old'), owner))
    await tenants.create(before, [])
    let isOut = false
    const inspect: TenantStore['inspect'] = (of) => (isOut ? Promise.reject(busy) : tenants.inspect(of))
    const read: TenantStore['read'] = (of) => (isOut ? Promise.reject(busy) : tenants.read(of))
    const replace: TenantStore['replace'] = async (...write) => {
      if (when === 'after its effect' && !isOut) await tenants.replace(...write)
      isOut = true
      throw busy
    }
    const failing = { ...dependencies, tenants: { ...tenants, inspect, read, replace } }
    await expect(disconnectTenant(failing, name)).rejects.toBe(busy)
    expect(own.row().status).toBe(status)
    if (status === 'connected') expect(own.row()).toEqual(before)
    else expect([...own.due.rows()]).toMatchObject([{ tenant: name.tenant }])
  })

  test('with an owed mark is marked after the tenant is connected again', async () => {
    const own = ground()
    const at = addSeconds(now, -60)
    const reference = await own.stores.vault.write(new Secret('new'), owner)
    await own.tenants.create({ ...connected(reference), disconnectedAt: at, owesMark: true }, [])
    await own.due.insert({ ...owner, dueAt: addSeconds(now, -30) })
    const { dependencies } = own
    await sweep({ ...dependencies, refresher: createRefresher(dependencies) })
    expect(own.row()).toMatchObject({ status: 'connected', disconnectedAt: at })
    expect(own.row()).not.toHaveProperty('owesMark')
    expect(await dependencies.marks.read(name)).toEqual(at)
  })
})
