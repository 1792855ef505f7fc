import { describe, expect, test } from 'vitest'
import { addSeconds, systemRandomness } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { Secret } from '../../shared/secret.ts'
import { connectGrant, type ProvenGrant } from '../../shared/tenants/connectGrant.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { assertCanConnect, ensureTenant } from '../../shared/tenants/ensureTenant.ts'
import { connected, grantOf, ground, name, now, owner, pendingOf } from '../simulation/ground.ts'

const proven: ProvenGrant = {
  environment: 'production',
  grant: grantOf('', 'second'),
  refreshToken: new Secret('new'),
  accessToken: new Secret('at2'),
  expiresInSeconds: 3600,
  requestedAt: now,
  accountsGeneration: 'g2',
}

/** A row with everything that a previous consent can leave. */
async function burdened(own: ReturnType<typeof ground>): Promise<Tenant> {
  return {
    ...connected(await own.stores.vault.write(new Secret('old'), owner)),
    accessToken: { sealed: 'at1', refreshedAt: now, expiresAt: addSeconds(now, 3600) },
    lease: { id: 'x', until: addSeconds(now, 60) },
    trouble: {
      attempts: 3,
      reason: 'identity_provider_error',
      traceId: '',
      nextAttemptAt: addSeconds(now, 900),
    },
    reauthorizationReason: 'grant_revoked',
    advertisingRefusal: { reason: 'r', since: now },
    defaultAccount: { accountId: '1', customerId: '10' },
    confirmed: { sessionId: 's', codeHash: 'c', until: addSeconds(now, 900) },
    pendingGrant: await pendingOf(own, 'code'),
    accountsGeneration: 'g1',
  }
}

/** The store; its first writes fail or conflict with another one. */
function failing(tenants: TenantStore, times: number, how: 'error' | 'conflict'): TenantStore {
  let left = times
  return {
    ...tenants,
    async replace(...write) {
      if (left-- <= 0) return tenants.replace(...write)
      if (how === 'conflict') return 'conflict'
      throw new StorageUnavailableError('tables', 503, 'ServerBusy')
    },
  }
}

describe('a new sign-in', () => {
  test('removes the old one from the row completely: trouble, lease, refusal, and choice', async () => {
    const own = ground()
    await own.tenants.create({ ...(await burdened(own)), status: 'reauthorization_required' }, [])
    await connectGrant(own.dependencies, name, proven)
    const { grant, accessToken, dueAt, ...rest } = own.row()
    expect(rest).toEqual({
      writeIds: expect.any(Array),
      ...name,
      environment: 'production',
      status: 'connected',
      createdAt: now,
      accountsGeneration: 'g2',
      discoveredAt: now,
      uncommittedSecrets: [expect.objectContaining({ until: expect.any(Date) })],
    })
    expect(grant?.consenter.subject).toBe('second')
    expect(accessToken).toMatchObject({ refreshedAt: now, expiresAt: addSeconds(now, 3600) })
    expect(dueAt).toBeInstanceOf(Date)
    expect(own.live()).toEqual(['new'])
  })

  test('whose token is due already gets a hint that no sweep drops before the commit', async () => {
    const own = ground()
    await own.tenants.create(
      { ...name, environment: 'production', status: 'pending', createdAt: now, lastVendedAt: now },
      [],
    )
    const requestedAt = addSeconds(now, -3600)
    await connectGrant(own.dependencies, name, { ...proven, requestedAt, expiresInSeconds: 3700 })
    const { dueAt } = own.row()
    expect(dueAt?.getTime()).toBeGreaterThan(addSeconds(now, 240).getTime())
    expect([...own.due.rows()].map((row) => row.dueAt)).toContainEqual(dueAt)
  })

  test.each([
    ['in the other environment', {}, { environment: 'sandbox' }],
    ['before the tenant was disconnected', { disconnectCount: 1 }, { disconnectCount: 0 }],
  ] as const)('that was made %s connects nothing, and its secret is destroyed', async (_title, row, made) => {
    const own = ground()
    await own.tenants.create(
      { ...connected(await own.stores.vault.write(new Secret('old'), owner)), ...row },
      [],
    )
    expect(await connectGrant(own.dependencies, name, { ...proven, ...made })).toBeUndefined()
    expect(own.row().grant?.consenter.subject).toBe('first')
    expect(own.live()).toEqual(['old'])
  })

  test('of an unknown tenant connects nothing', async () => {
    const own = ground()
    expect(await connectGrant(own.dependencies, name, proven)).toBeUndefined()
    expect(own.live()).toEqual([])
  })

  test.each([
    ['error', 2, true],
    ['conflict', 7, true],
    ['conflict', 8, false],
  ] as const)('after writes that end in %s, %i of them, is stored: %s', async (how, times, isKept) => {
    const own = ground()
    await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
    const tenants = failing(own.tenants, times, how)
    const stored = await connectGrant({ ...own.dependencies, tenants }, name, proven)
    expect(stored !== undefined).toBe(isKept)
    expect(own.live()).toEqual([isKept ? 'new' : 'old'])
  })

  test('is given up while storage is down', async () => {
    const own = ground()
    await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
    const tenants = failing(own.tenants, 3, 'error')
    await expect(connectGrant({ ...own.dependencies, tenants }, name, proven)).rejects.toThrow('ServerBusy')
    expect(own.row().grant?.consenter.subject).toBe('first')
  })

  test('changes the status in the log, unless the tenant was connected', async () => {
    for (const status of ['connected', 'reauthorization_required'] as const) {
      const own = ground()
      const logged: unknown[] = []
      const log = (event: string) => void logged.push(event)
      await own.tenants.create(
        { ...connected(await own.stores.vault.write(new Secret('old'), owner)), status },
        [],
      )
      await connectGrant({ ...own.dependencies, log }, name, proven)
      expect(logged).toEqual(status === 'connected' ? [] : ['tenant.status_changed'])
    }
  })
})

describe('a disconnect', () => {
  test('leaves neither token nor grant in the row, and destroys all its secrets', async () => {
    const own = ground()
    await own.tenants.create(await burdened(own), [])
    const rows: Tenant[] = []
    const replace: TenantStore['replace'] = (expected, next, events) => {
      rows.push(next)
      return own.tenants.replace(expected, next, events)
    }
    await disconnectTenant({ ...own.dependencies, tenants: { ...own.tenants, replace } }, name)
    // From the first write on, no process can vend or refresh; the other writes record the mark and remove destroyed
    // secrets.
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'disconnected', disconnectCount: 1 })
      for (const gone of ['accessToken', 'lease', 'trouble', 'dueAt', 'pendingGrant', 'confirmed'])
        expect(row).not.toHaveProperty(gone)
      for (const gone of ['reauthorizationReason', 'advertisingRefusal']) expect(row).not.toHaveProperty(gone)
    }
    expect(rows).toHaveLength(3)
    expect(own.row()).not.toHaveProperty('grant')
    expect(own.row()).not.toHaveProperty('leftovers')
    expect(own.live()).toEqual([])
  })

  test('that is repeated is counted, and reported once', async () => {
    const own = ground()
    const logged: unknown[] = []
    const grantServices = { ...own.dependencies, log: (event: string) => void logged.push(event) }
    await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
    await disconnectTenant(grantServices, name)
    await disconnectTenant(grantServices, name)
    expect(own.row().disconnectCount).toBe(2)
    expect(own.tenants.history(name).map(({ type }) => type)).toEqual(['tenant.disconnected'])
    expect(logged).toEqual(['tenant.status_changed'])
  })

  test('of a tenant without a secret is one write', async () => {
    const own = ground()
    await own.tenants.create({ ...name, environment: 'production', status: 'pending', createdAt: now }, [])
    let writes = 0
    const replace: TenantStore['replace'] = (...write) => {
      writes++
      return own.tenants.replace(...write)
    }
    await disconnectTenant({ ...own.dependencies, tenants: { ...own.tenants, replace } }, name)
    expect(writes).toBe(1)
  })

  test.each([
    [7, 'disconnected'],
    [8, 'connected'],
  ])('with %i concurrent writes leaves the tenant %s', async (times, status) => {
    const own = ground()
    await own.tenants.create(connected(await own.stores.vault.write(new Secret('old'), owner)), [])
    const tenants = failing(own.tenants, times, 'conflict')
    const ended = await disconnectTenant({ ...own.dependencies, tenants }, name)
    expect(ended === 'conflict').toBe(status === 'connected')
    expect(own.row().status).toBe(status)
  })

  test('of an unknown tenant is not an error', async () => {
    expect(await disconnectTenant(ground().dependencies, name)).toBeUndefined()
  })
})

describe('an app that wants a tenant connected', () => {
  const claim = { environment: 'production', detail: 'The app made it.' } as const
  const waiting: Tenant = { ...name, environment: 'sandbox', status: 'pending', createdAt: now }
  const clock = { now: () => now, sleep: async () => {} }
  const claiming = (tenants: TenantStore, change: object = {}) =>
    ensureTenant({ tenants, clock, randomness: systemRandomness }, name, { ...claim, ...change })

  test('creates a new one only once, even with two concurrent requests', async () => {
    const { tenants } = ground()
    const made = await Promise.all([claiming(tenants), claiming(tenants)])
    expect(made.map(({ status }) => status)).toEqual(['pending', 'pending'])
    expect(tenants.history(name).map(({ type }) => type)).toEqual(['tenant.created'])
  })

  test('renames it, and writes nothing if nothing changes in one that is connected', async () => {
    const { tenants } = ground()
    await tenants.create({ ...connected('vault:x'), displayName: 'Acme' }, [])
    const { etag } = tenants.row(name) ?? {}
    await claiming(tenants, { displayName: 'Acme' })
    await claiming(tenants)
    expect(tenants.row(name)?.etag).toBe(etag)
    await claiming(tenants, { displayName: 'Acme Inc.' })
    expect(tenants.row(name)?.tenant.displayName).toBe('Acme Inc.')
  })

  test('writes one that isn’t connected, so that storage knows when its last link was made', async () => {
    const { tenants } = ground()
    await claiming(tenants)
    const { etag } = tenants.row(name) ?? {}
    await claiming(tenants)
    expect(tenants.row(name)?.etag).not.toBe(etag)
  })

  test('moves one that is not connected, without its accounts', async () => {
    const { tenants } = ground()
    const found = {
      accountsGeneration: 'g',
      discoveredAt: now,
      defaultAccount: { accountId: '1', customerId: '1' },
    }
    await tenants.create({ ...waiting, ...found }, [])
    await claiming(tenants)
    expect(tenants.row(name)?.tenant).toEqual({
      ...waiting,
      environment: 'production',
      writeIds: [expect.any(String)],
    })
  })

  test('gets a problem if others change it at the same time', async () => {
    const { tenants } = ground()
    await tenants.create(waiting, [])
    const replace = async () => 'conflict' as const
    await expect(claiming({ ...tenants, replace })).rejects.toMatchObject({ code: 'tenant_changed' })
  })

  test.each([
    ['connected there', { status: 'connected' }, false],
    ['asked to sign in again there', { status: 'reauthorization_required' }, false],
    ['disconnected', { status: 'disconnected' }, true],
    ['never connected', {}, true],
    ['rebuilt and not yet connected', { grant: {} }, false],
    ['about to be confirmed there', { pendingGrant: {} }, false],
    ['about to be confirmed there after a disconnect', { status: 'disconnected', pendingGrant: {} }, false],
  ])('can move one from the other environment that is %s: %#', (_title, change, isFree) => {
    const asked = () => assertCanConnect({ ...waiting, ...change } as Tenant, 'production')
    if (isFree) expect(asked).not.toThrow()
    else expect(asked).toThrow(expect.objectContaining({ code: 'environment_conflict' }))
    expect(() => assertCanConnect({ ...waiting, ...change } as Tenant, 'sandbox')).not.toThrow()
  })
})
