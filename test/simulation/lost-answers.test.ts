import { describe, expect, test } from 'vitest'
import { confirmConnectSession } from '../../shared/connect/confirm.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { migrateGrant } from '../../shared/operations/migrate.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { Secret } from '../../shared/secret.ts'
import { connectGrant } from '../../shared/tenants/connectGrant.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { connected, grantOf, ground, name, now, owner, pendingOf } from './ground.ts'

/** The first write of this kind takes effect, then something happens, and then its writer gets a conflict. */
function losingAnswer(
  tenants: TenantStore,
  isMeant: (next: Tenant) => boolean,
  afterwards: () => Promise<unknown> = async () => {},
): TenantStore {
  let isLost = false
  return {
    ...tenants,
    async replace(...write) {
      const written = await tenants.replace(...write)
      if (isLost || written === 'conflict' || !isMeant(write[1])) return written
      isLost = true
      await afterwards()
      return 'conflict'
    },
  }
}

describe('a write that took effect but returned a conflict', () => {
  test('does not destroy the new secret that another refresh has continued in', async () => {
    const { tenants, stores, grants, refresh, row } = ground()
    const reference = (await stores.vault.write(new Secret('old'), owner)).replace(/0$/, '399')
    await tenants.create(connected(reference), [])
    const isCommit = (next: Tenant) => !next.lease && next.accessToken !== undefined
    await refresh(losingAnswer(tenants, isCommit, () => refresh()))
    expect(await grants.read(row().grant?.reference ?? '', owner)).toEqual(new Secret('next2'))
  })

  test('is recognized although a vend has since moved the due time', async () => {
    const { tenants, stores, refresh, row } = ground()
    await tenants.create(connected(await stores.vault.write(new Secret('old'), owner)), [])
    const isCommit = (next: Tenant) => !next.lease && next.accessToken !== undefined
    const wake = async () => {
      const stored = await tenants.read(name)
      if (stored) await tenants.replace(stored, { ...stored.tenant, lastVendedAt: now, dueAt: now }, [])
    }
    expect((await refresh(losingAnswer(tenants, isCommit, wake))).outcome).toBe('refreshed')
    expect(row().dueAt).toEqual(now)
  })

  test('does not destroy the migrated secret that a refresh has continued in', async () => {
    const { tenants, stores, grants, dependencies, refresh, row, live } = ground()
    await tenants.create(connected(await stores.sealed.write(new Secret('old'), owner)), [])
    const isCommit = (next: Tenant) => !next.lease
    const store = losingAnswer(tenants, isCommit, () => refresh())
    await migrateGrant({ ...dependencies, tenants: store, stores }, name, 'vault')
    expect(await grants.read(row().grant?.reference ?? '', owner)).toEqual(new Secret('next1'))
    expect(live()).toHaveLength(2)
  })

  test('and took the lease of a migration belongs to that migration', async () => {
    const { tenants, stores, dependencies, row } = ground()
    await tenants.create(connected(await stores.sealed.write(new Secret('old'), owner)), [])
    const store = losingAnswer(tenants, (next) => next.lease !== undefined)
    const migrated = await migrateGrant({ ...dependencies, tenants: store, stores }, name, 'vault')
    expect(migrated).toBe('moved')
    expect(row().lease).toBeUndefined()
  })

  test.each([
    ['at once', async () => {}],
    ['after a refresh has gone on', undefined],
  ])('is recognized by a reconnect %s: one event, one secret', async (_title, afterwards) => {
    const { tenants, stores, dependencies, refresh, live, row } = ground()
    await tenants.create(connected(await stores.vault.write(new Secret('old'), owner)), [])
    const isCommit = (next: Tenant) => next.grant?.consenter.subject === 'second'
    const store = losingAnswer(tenants, isCommit, afterwards ?? (() => refresh()))
    const proven = {
      environment: 'production' as const,
      grant: grantOf('', 'second'),
      refreshToken: new Secret('new'),
      accessToken: new Secret('at'),
      expiresInSeconds: 3600,
      requestedAt: now,
      accountsGeneration: 'g',
    }
    const stored = await connectGrant({ ...dependencies, tenants: store }, name, proven)
    expect(stored?.tenant.grant?.consenter.subject).toBe('second')
    expect(tenants.history(name).map(({ type }) => type)).toEqual(['tenant.reconnected'])
    expect(live()).toEqual(afterwards ? ['new'] : ['new', 'next1'])
    expect(row().secretsToDestroy).toBeUndefined()
  })

  test('is not repeated by a reconnect after a disconnect has destroyed its grant', async () => {
    const { tenants, stores, dependencies, live, row } = ground()
    await tenants.create(connected(await stores.vault.write(new Secret('old'), owner)), [])
    const isCommit = (next: Tenant) => next.grant?.consenter.subject === 'second'
    const store = losingAnswer(tenants, isCommit, () => disconnectTenant(dependencies, name))
    const proven = {
      environment: 'production' as const,
      grant: grantOf('', 'second'),
      refreshToken: new Secret('new'),
      accessToken: new Secret('at'),
      expiresInSeconds: 3600,
      requestedAt: now,
      accountsGeneration: 'g',
    }
    expect(await connectGrant({ ...dependencies, tenants: store }, name, proven)).toBeUndefined()
    expect(row().status).toBe('disconnected')
    expect(live()).toEqual([])
  })
})

test('a row that another process released is not mistaken for our own verdict', async () => {
  const { tenants, stores, dependencies, row } = ground()
  const accessToken = { sealed: 'jwe', refreshedAt: now, expiresAt: now }
  await tenants.create({ ...connected(await stores.vault.write(new Secret('old'), owner)), accessToken }, [])
  const revoked = classifyTokenRefusal(400, { error: 'invalid_grant', error_codes: [50173] })
  const log: string[] = []
  const store: TenantStore = {
    ...tenants,
    async replace(expected, next, events) {
      if (next.status !== 'reauthorization_required') return tenants.replace(expected, next, events)
      // The lease has expired afterwards, and its next holder has released it.
      const { lease: _lease, ...released } = row()
      await tenants.replace({ ...expected, etag: '*' }, released, [])
      return 'conflict'
    },
  }
  const outcome = await createRefresher({
    ...dependencies,
    tenants: store,
    log: (event) => void log.push(event),
    tokenEndpoint: { refresh: async () => ({ ok: false, refusal: revoked }) },
  }).refresh(name, { for: 'sweep' })
  expect(outcome).toMatchObject({ outcome: 'passed_on', reason: 'lease_lost' })
  expect(row().status).toBe('connected')
  expect(log).not.toContain('tenant.status_changed')
})

test('an old secret that cannot be destroyed is listed, and destroyed by the next refresh', async () => {
  const { tenants, vault, stores, grants, refresh, live, row } = ground()
  const reference = (await stores.vault.write(new Secret('old'), owner)).replace(/0$/, '399')
  await tenants.create(connected(reference), [])
  const { remove } = vault
  vault.remove = async () => {
    throw new Error('out')
  }
  await refresh()
  expect(row().secretsToDestroy).toEqual([reference])
  vault.remove = remove
  await refresh()
  expect(row().secretsToDestroy).toBeUndefined()
  expect(await grants.read(row().grant?.reference ?? '', owner)).toEqual(new Secret('next2'))
  expect(new Set(live())).toEqual(new Set(['next1', 'next2']))
})

test('neither a grant nor its secret is kept once the row no longer matches it', async () => {
  const { dependencies, tenants, stores, live, row } = ground()
  const old = connected(await stores.vault.write(new Secret('old'), owner))
  await tenants.create(old, [])
  const kept = await connectGrant(dependencies, name, {
    environment: 'production',
    grant: grantOf('', 'second'),
    ...{
      refreshToken: new Secret('new'),
      accessToken: new Secret('at'),
      expiresInSeconds: 3600,
      requestedAt: now,
    },
    accountsGeneration: 'g',
    isStillValidFor: (found) => found.grant?.consenter.subject === 'second',
  })
  expect(kept).toBeUndefined()
  // The new secret stays listed, so that a sweep also finds a copy that a vault takes later.
  expect(row()).toEqual({ ...old, writeIds: expect.any(Array), uncommittedSecrets: [expect.anything()] })
  expect(live()).toEqual(['old'])
})

describe('a confirmation', () => {
  /** Accounts whose listing runs something between the check of the code and the commit. */
  const confirm = (own: ReturnType<typeof ground>, afterwards: () => Promise<unknown>) => {
    const list = async () => {
      await afterwards()
      return { accounts: [] }
    }
    const accounts = { list, removeOthers: async () => {} } as never
    return confirmConnectSession({ grantServices: own.dependencies, accounts }, name, 'session', 'code')
  }

  test('does not revive a tenant that is disconnected afterwards', async () => {
    const own = ground()
    const pendingGrant = await pendingOf(own, 'code')
    await own.tenants.create(
      { ...name, environment: 'production', status: 'pending', createdAt: now, pendingGrant },
      [],
    )
    const confirmed = confirm(own, () => disconnectTenant(own.dependencies, name))
    await expect(confirmed).rejects.toMatchObject({ code: 'tenant_changed' })
    expect(own.row().status).toBe('disconnected')
  })

  test('does not revive a tenant whose disconnect stopped before its last write', async () => {
    const own = ground()
    const pendingGrant = await pendingOf(own, 'code')
    await own.tenants.create(
      { ...name, environment: 'production', status: 'pending', createdAt: now, pendingGrant },
      [],
    )
    let writes = 0
    const replace: TenantStore['replace'] = async (...write) => {
      if (++writes > 1) throw new Error('out')
      return own.tenants.replace(...write)
    }
    await disconnectTenant({ ...own.dependencies, tenants: { ...own.tenants, replace } }, name)
    expect(writes).toBeGreaterThan(1)
    const confirmed = confirm(own, async () => {})
    await expect(confirmed).rejects.toMatchObject({ code: 'connect_session_not_found' })
    expect(own.row()).toMatchObject({
      status: 'disconnected',
      secretsToDestroy: [pendingGrant.grant.reference],
    })
    await disconnectTenant(own.dependencies, name)
    expect(own.row().secretsToDestroy).toBeUndefined()
  })

  test('does not keep a grant that a later sign-in has replaced', async () => {
    const own = ground()
    const [first, second] = [await pendingOf(own, 'code'), await pendingOf(own, 'other')]
    const tenant = { ...name, environment: 'production', status: 'pending', createdAt: now } as const
    await own.tenants.create({ ...tenant, pendingGrant: first }, [])
    const confirmed = confirm(own, async () => {
      const stored = await own.tenants.read(name)
      if (stored?.tenant.pendingGrant === first)
        await own.tenants.replace(stored, { ...tenant, pendingGrant: second }, [])
    })
    await expect(confirmed).rejects.toMatchObject({ code: 'tenant_changed' })
    expect(own.row().pendingGrant?.codeHash).toBe(second.codeHash)
  })
})
