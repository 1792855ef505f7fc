import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { EnvironmentHold } from '../../shared/domain/holds.ts'
import type { Grant, Tenant, TenantName } from '../../shared/domain/tenant.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { grantOf } from '../simulation/ground.ts'
import { createMemoryTable } from './memoryTable.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const wrongSecret = refusalOf(401, 'invalid_client', 7000215)
const registration = { environment: 'production', identityProvider: 'microsoft' } as const
const tenantOf = (index: number): TenantName => ({ workspace: 'w', tenant: `t${index}` })
const fiveDays = 5 * 86_400

/** Idle tenants with these differences, the holds in a real table, and a provider that answers as `seen.answer`. */
async function idleTenants(rows: readonly (Partial<Tenant> & { readonly kind?: Grant['accountKind'] })[]) {
  const seen = { answer: wrongSecret as TokenResult }
  let rowsRead = 0
  const { table } = createMemoryTable()
  const own = refreshGround({
    answer: () => seen.answer,
    with: ({ clock, tenants }) => ({
      environments: createStateTable({ BrokerState: table }, clock).environments,
      tenants: {
        ...tenants,
        read(wanted) {
          rowsRead++
          return tenants.read(wanted)
        },
      },
    }),
  })
  const { clock, dependencies, due, refresher } = own
  for (const [index, { kind = 'work', ...change }] of rows.entries()) {
    const dueAt = own.after(fiveDays + index)
    const { grant } = await own.add({ dueAt }, tenantOf(index))
    const proper = { ...grantOf(grant?.reference ?? '', `person-${index}`), accountKind: kind }
    const stored = own.tenants.row(tenantOf(index))
    if (!stored || !proper) continue
    await own.tenants.replace(stored, { ...stored.tenant, grant: proper, ...change }, [])
    await due.insert(dueRowOf({ ...stored.tenant }, proper, dueAt))
  }
  const { environments } = dependencies
  const read = async () => {
    const kinds = ['work', 'personal:x'].map((kind) => ({ ...registration, kind }))
    const found = await Promise.all([registration, ...kinds].map((scope) => environments.read(scope)))
    return found.filter((hold) => hold !== undefined)
  }
  const hold = (more: Partial<EnvironmentHold> = {}) => {
    const lasting = { reason: 'client_secret_expired', traceId: '', since: clock.now() } as const
    return environments.placeHold({
      ...registration,
      ...lasting,
      until: addSeconds(clock.now(), 30),
      ...more,
    })
  }
  const swept = async (order = {}) =>
    (await clock.run(sweep({ ...dependencies, refresher, holds: read }, order))).report
  return { ...own, seen, hold, swept, read, rowsRead: () => rowsRead }
}

test('a hold that is over ends with the next sweep, although no tenant is due', async () => {
  const { calls, clock, hold, logged, rowOf, seen, swept } = await idleTenants([{}, {}, {}])
  await hold()
  expect(await swept()).toMatchObject({ due: 0, holds: ['production:microsoft'] })
  expect(calls()).toBe(0)
  clock.advance(30)
  seen.answer = anHour
  expect(await swept()).toMatchObject({ due: 0, refreshed: 0, failed: {}, holds: [] })
  expect(calls()).toBe(1)
  expect(logged.map(({ event }) => event)).toContain('environment.released')
  // A tenant that nobody vends stays idle.
  expect([0, 1, 2].map((index) => rowOf(tenantOf(index))?.lastVendedAt)).toEqual(Array(3).fill(undefined))
  await swept()
  expect(calls()).toBe(1)
})

test('while the cause lasts, each sweep probes once and changes no tenant', async () => {
  const { calls, clock, due, hold, rowOf, swept } = await idleTenants([{}, {}])
  const before = [...due.rows()]
  await hold()
  for (let sweeps = 1; sweeps <= 3; sweeps++) {
    clock.advance(300)
    expect(await swept()).toMatchObject({ holds: ['production:microsoft'] })
    expect(calls()).toBe(sweeps)
  }
  expect([...due.rows()]).toEqual(before)
  expect(rowOf(tenantOf(0))).toMatchObject({ status: 'connected' })
  expect(rowOf(tenantOf(0))).not.toHaveProperty('trouble')
})

test('the reason of a hold is told when it changes, and again within each day', async () => {
  const { clock, hold, logged, seen, swept } = await idleTenants([{}, {}])
  await hold({ toldAt: clock.now() })
  const told = () =>
    logged.splice(0).flatMap(({ event, fields }) => (event === 'environment.held' ? [fields] : []))
  const sweeps = async (count: number) => {
    for (let sweep = 0; sweep < count; sweep++) {
      clock.advance(1800)
      await swept()
    }
    return told()
  }
  seen.answer = refusalOf(401, 'invalid_client', 7000222)
  expect(await sweeps(3)).toEqual([])
  seen.answer = wrongSecret
  expect(await sweeps(3)).toMatchObject([{ reason: 'client_secret_invalid', identityProvider: 'microsoft' }])
  expect(await sweeps(48)).toHaveLength(2)
})

test('each probe can be another tenant’s, because the grant of one may have ended', async () => {
  const { clock, dependencies, hold, logged, refresher, seen, read } = await idleTenants([{}, {}, {}, {}])
  seen.answer = refusalOf(400, 'invalid_grant', 70000)
  let turns = 0
  const randomness = { ...dependencies.randomness, fraction: () => (turns++ % 10) / 10 }
  await hold({ kind: 'work', reason: 'grant_refused' })
  for (let sweeps = 0; sweeps < 20; sweeps++) {
    clock.advance(300)
    await clock.run(sweep({ ...dependencies, randomness, refresher, holds: read }))
  }
  const probed = logged.filter(({ event }) => event === 'refresh.ended').map(({ fields }) => fields)
  expect(probed).toHaveLength(20)
  expect(new Set(probed.map((fields) => 'tenantKey' in fields && fields.tenantKey)).size).toBe(4)
})

test('without a hold, before its end, and for a single shard, nobody is probed, and no row is read', async () => {
  const { calls, clock, hold, rowsRead, swept } = await idleTenants([{}, {}])
  await swept()
  await hold()
  await swept()
  clock.advance(30)
  await swept({ shards: [0, 1] })
  expect([calls(), rowsRead()]).toEqual([0, 0])
  await swept()
  expect(calls()).toBe(1)
  // The other tenant's isn't read.
  expect(rowsRead()).toBe(1)
})

test('a tenant that can’t be refreshed now, or isn’t held, gives way to another one', async () => {
  const waiting = {
    attempts: 3,
    reason: 'throttled',
    traceId: '',
    nextAttemptAt: new Date('2027-01-01'),
  } as const
  const { calls, clock, hold, rowOf, seen, swept } = await idleTenants([
    { status: 'reauthorization_required' },
    { kind: 'personal' },
    { trouble: waiting },
    {},
    { status: 'disconnected' },
  ])
  seen.answer = anHour
  await hold({ kind: 'work', reason: 'grant_refused' })
  clock.advance(30)
  expect(await swept()).toMatchObject({ holds: [] })
  expect(calls()).toBe(1)
  expect(rowOf(tenantOf(3))).toHaveProperty('accessToken')
})

test('storage that fails ends no sweep', async () => {
  const { clock, dependencies, hold, refresher } = await idleTenants([{}])
  await hold()
  clock.advance(30)
  const holds = () => Promise.reject(new Error('no answer'))
  const ended = clock.run(sweep({ ...dependencies, refresher, holds }))
  expect(await ended).toMatchObject({ report: { due: 0, holds: [] } })
})
