import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { DisconnectMarks } from '../../shared/domain/disconnectMarks.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { Secret } from '../../shared/secret.ts'
import { disconnectAgain } from '../../shared/tenants/disconnect.ts'
import { connected, grantOf, ground, name, owner } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'

const consentedAt = new Date('2026-11-20T12:00:00Z')

/** A tenant with a sealed grant and a mark that is read by `read`. */
async function restored(read: DisconnectMarks['read']) {
  let reads = 0
  const counted: DisconnectMarks['read'] = (tenant) => {
    reads++
    return read(tenant)
  }
  const own = refreshGround({ with: ({ marks }) => ({ marks: { ...marks, read: counted } }) })
  const reference = await own.stores.sealed.write(new Secret('old'), {
    ...owner,
    grantId: 'consent-of-first',
  })
  await own.add({ grant: { ...grantOf(reference, 'first'), consentedAt } })
  return { ...own, reads: () => reads, sweep: () => own.refresher.refresh(name, { for: 'sweep' }) }
}

test('a row from before a disconnect is disconnected again before any provider is called', async () => {
  const disconnectedAt = addSeconds(consentedAt, 1)
  const own = await restored(async () => disconnectedAt)
  expect(await own.sweep()).toMatchObject({ outcome: 'passed_on', reason: 'not_connected' })
  expect(own.calls()).toBe(0)
  expect(own.rowOf(name)).toMatchObject({ status: 'disconnected', disconnectedAt })
  expect(own.rowOf(name)).not.toHaveProperty('grant')
  expect(own.tenants.history(name).map(({ type }) => type)).toEqual(['tenant.disconnected'])
  expect(own.logged[0]).toMatchObject({ event: 'tenant.status_changed', fields: { reason: 'mark' } })
})

test('a row whose consent is newer than the mark is refreshed, at the cost of one read', async () => {
  const own = await restored(async () => addSeconds(consentedAt, -1))
  expect(await own.sweep()).toMatchObject({ outcome: 'refreshed' })
  expect(own.reads()).toBe(1)
})

test.each([
  ['fails', async () => Promise.reject(new Error('Throttled')), 0],
  ['hangs', () => new Promise<never>(() => undefined), 2],
])('a vault that %s delays the refresh by seconds but does not stop it', async (_title, read, seconds) => {
  const own = await restored(read)
  expect(await own.clock.run(own.sweep())).toMatchObject({ outcome: 'refreshed' })
  expect(own.clock.passed()).toBe(seconds)
})

test('a mark ends a grant in a read-only vault, which could not be destroyed there', async () => {
  const marks = { read: async () => new Date('2100-01-01') }
  const own = refreshGround({
    with: (all) => ({ marks: { ...all.marks, ...marks }, grants: { ...all.grants, mustMove: () => true } }),
  })
  await own.add()
  expect(await own.refresher.refresh(name, { for: 'sweep' })).toMatchObject({ reason: 'not_connected' })
  expect(own.calls()).toBe(0)
})

test('no mark is read for a grant in a vault, which a disconnect destroys', async () => {
  const own = refreshGround({
    with: ({ marks }) => ({ marks: { ...marks, read: async () => new Date('2100-01-01') } }),
  })
  await own.add()
  expect(await own.refresher.refresh(name, { for: 'sweep' })).toMatchObject({ outcome: 'refreshed' })
})

test('a consent that arrives in the meantime stays', async () => {
  const own = ground()
  const before = connected(await own.stores.vault.write(new Secret('old'), owner))
  const after: Tenant = { ...before, grant: { ...grantOf('sealed:new', 'second') } }
  await own.tenants.create(after, [])
  const stale = {
    tenant: { ...before, grant: { ...grantOf('sealed:old', 'first'), consentedAt } },
    etag: 'W/"0"',
  }
  expect(await disconnectAgain(own.dependencies, stale, addSeconds(consentedAt, 1))).toBeUndefined()
  expect(own.row()).toMatchObject({ status: 'connected', grant: { reference: 'sealed:new' } })
})

test('a pending consent is not ended with the older one', async () => {
  const disconnectedAt = addSeconds(consentedAt, 1)
  for (const [seconds, status] of [
    [1, 'connected'],
    [0, 'disconnected'],
  ] as const) {
    const own = ground()
    const pending = { ...grantOf('sealed:new', 'second'), consentedAt: addSeconds(disconnectedAt, seconds) }
    const stored = await own.tenants.create(
      {
        ...connected('sealed:old'),
        grant: { ...grantOf('sealed:old', 'first'), consentedAt },
        pendingGrant: { grant: pending } as Tenant['pendingGrant'] & object,
      },
      [],
    )
    if (stored === 'conflict') throw new Error('conflict')
    await disconnectAgain(own.dependencies, stored, disconnectedAt)
    expect(own.row()?.status).toBe(status)
  }
})
