import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import { refusalsBeforeHold } from '../../shared/refresh/decide.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import { name } from '../simulation/ground.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const vend = { for: 'vend', minValiditySeconds: 300 } as const
const sweep = { for: 'sweep' } as const

/** Another process holds the lease, and commits an hour's token after some seconds, or never. */
async function leasedElsewhere(committedAfterSeconds = Number.POSITIVE_INFINITY) {
  const own = refreshGround()
  const { clock, tenants } = own
  const row = await own.add({ lease: { id: 'another', until: own.after(60) } })
  let reads = 0
  const read: RefreshDependencies['tenants']['read'] = async (wanted) => {
    reads++
    const stored = tenants.row(wanted)
    if (stored?.tenant.lease && clock.passed() >= committedAfterSeconds) {
      const { lease: _lease, ...rest } = row
      const accessToken = { sealed: 'x', refreshedAt: clock.now(), expiresAt: own.after(3600) }
      await tenants.replace(stored, { ...rest, accessToken, dueAt: own.after(3000) }, [])
    }
    return tenants.row(wanted)
  }
  own.dependencies.tenants.read = read
  return { ...own, reads: () => reads }
}

describe('while another process refreshes a tenant', () => {
  test('a vend that joins a sweep’s refresh waits for that process, and the sweep skips the tenant', async () => {
    const { calls, clock, refresher } = await leasedElsewhere(3)
    const swept = refresher.refresh(name, sweep)
    const vended = refresher.refresh(name, vend)
    expect(await clock.run(swept)).toMatchObject({ outcome: 'passed_on', reason: 'leased_elsewhere' })
    expect(clock.passed()).toBe(0)
    expect(await clock.run(vended)).toMatchObject({ outcome: 'fresh' })
    expect(clock.passed()).toBeGreaterThanOrEqual(3)
    expect(calls()).toBe(0)
  })

  test('vends in one process share one wait', async () => {
    const { clock, reads, refresher } = await leasedElsewhere()
    const alone = (await leasedElsewhere()) as Awaited<ReturnType<typeof leasedElsewhere>>
    await alone.clock.run(alone.refresher.refresh(name, vend))
    const both = Promise.all([refresher.refresh(name, vend), refresher.refresh(name, vend)])
    for (const outcome of await clock.run(both)) expect(outcome).toMatchObject({ reason: 'leased_elsewhere' })
    expect(reads()).toBe(alone.reads())
  })

  test('a vend gives up after the setting’s seconds', async () => {
    const { clock, refresher } = await leasedElsewhere()
    const outcome = await clock.run(refresher.refresh(name, vend))
    expect(outcome).toMatchObject({ outcome: 'passed_on', reason: 'leased_elsewhere' })
    expect(clock.passed()).toBeGreaterThanOrEqual(15)
    expect(clock.passed()).toBeLessThan(16)
  })

  test('a vend polls often at first and then less often, and never waits a second too long', async () => {
    const { clock, reads, refresher } = await leasedElsewhere()
    await clock.run(refresher.refresh(name, vend))
    // 40 ms doubled up to 0.8 s: five reads in the first 1.25 s, then one every 0.8 s.
    expect(reads()).toBeGreaterThan(18)
    expect(reads()).toBeLessThan(26)
    const soon = await leasedElsewhere(0.3)
    await soon.clock.run(soon.refresher.refresh(name, vend))
    expect(soon.clock.passed()).toBeLessThan(0.7)
  })
})

describe('after a hold', () => {
  const holdUntil = (own: { after(seconds: number): Date }, seconds: number) =>
    ({
      environment: 'production',
      identityProvider: 'microsoft',
      reason: 'client_secret_expired',
      traceId: 'trace',
      since: own.after(-60),
      until: own.after(seconds),
    }) as const
  const { after } = refreshGround()

  test('a tenant whose probe another process has claimed is skipped without a call', async () => {
    const own = refreshGround({ hold: holdUntil({ after }, 0), blocking: holdUntil({ after }, 30) })
    await own.add()
    const outcome = await own.clock.run(own.refresher.refresh(name, sweep))
    expect(outcome).toMatchObject({ outcome: 'passed_on', reason: 'environment_on_hold' })
    expect(outcome).toHaveProperty('hold.until', after(30))
    expect(own.calls()).toBe(0)
  })

  test('the probe is exclusive for half a minute, and a success ends the hold', async () => {
    const own = refreshGround({ hold: holdUntil({ after }, 0) })
    await own.add()
    expect(await own.clock.run(own.refresher.refresh(name, sweep))).toMatchObject({ outcome: 'refreshed' })
    expect(own.probes).toEqual([after(30)])
    expect(own.logged.map(({ event }) => event)).toContain('environment.released')
  })
})

describe('tenants with refusals that may be our registration’s fault', () => {
  const refused = refusalOf(400, 'unauthorized_client', 7000112)
  const several = async (answer: (call: number) => ReturnType<typeof refusalOf>, count: number) => {
    const own = refreshGround({ answer })
    for (let number = 1; number <= count; number++) {
      const tenant = { workspace: 'w', tenant: `t${number}` }
      await own.add({}, tenant)
      await own.clock.run(own.refresher.refresh(tenant, sweep))
    }
    return own
  }

  test('hold the environment after five in a row', async () => {
    expect(refusalsBeforeHold).toBe(5)
    expect((await several(() => refused, 4)).holds).toEqual([])
    const { holds, logged } = await several(() => refused, 5)
    expect(holds).toMatchObject([{ reason: 'application_disabled' }])
    expect(logged.filter(({ event }) => event === 'environment.held')).toHaveLength(1)
  })

  test('wait no longer than the hold, no matter how long it lasts', async () => {
    const { clock, refresher, rowOf } = await several(() => refused, 5)
    const [stuck, fifth] = [
      { workspace: 'w', tenant: 't1' },
      { workspace: 'w', tenant: 't5' },
    ]
    const before = rowOf(stuck)?.trouble
    expect(before).toMatchObject({ attempts: 1, actor: 'operator' })
    expect(rowOf(fifth)).not.toHaveProperty('trouble')
    clock.advance(9000)
    for (const tenant of [stuck, fifth]) {
      clock.advance(61)
      const { outcome } = await clock.run(refresher.refresh(tenant, sweep))
      expect(outcome).toBe('refused')
    }
    expect([rowOf(stuck)?.trouble, rowOf(fifth)?.trouble]).toEqual([before, undefined])
  })

  test('are counted from zero after a success', async () => {
    const afterFour = (call: number) => (call === 5 ? anHour : refused)
    expect((await several(afterFour, 9)).holds).toEqual([])
    expect((await several(afterFour, 10)).holds).toHaveLength(1)
  })

  test('count once each, no matter how often they are refused', async () => {
    const own = refreshGround({ answer: () => refused })
    await own.add()
    for (let time = 0; time < 8; time++) {
      own.clock.advance(86_400)
      const row = own.row()
      const due = { ...row, dueAt: own.clock.now() }
      await own.tenants.replace({ tenant: row, etag: '*' }, due as Tenant, [])
      await own.clock.run(own.refresher.refresh(name, sweep))
    }
    expect(own.calls()).toBe(8)
    expect(own.holds).toEqual([])
  })
})

test('the operator is told of a stuck tenant at once and then weekly, its app by one event', async () => {
  const own = refreshGround({ answer: () => refusalOf(400, 'unauthorized_client', 700016) })
  await own.add()
  for (let day = 0; day < 14; day++) {
    const due = { ...own.row(), dueAt: own.clock.now() }
    await own.tenants.replace({ tenant: own.row(), etag: '*' }, due as Tenant, [])
    await own.clock.run(own.refresher.refresh(name, sweep))
    own.clock.advance(86_400)
  }
  const told = own.logged.filter(({ event }) => event === 'refresh.needs_operator')
  expect(told.map(({ fields }) => fields)).toMatchObject([{ stuckDays: 0 }, { stuckDays: 7 }])
  expect(own.tenants.history(name).map(({ type }) => type)).toEqual(['refresh.failing'])
})

test('a tenant that alone stays stuck must sign in again after two weeks, with the reason, and is called no more', async () => {
  const own = refreshGround({ answer: () => refusalOf(400, 'unauthorized_client', 700016) })
  await own.add()
  const daily = async () => {
    const due = { ...own.row(), dueAt: own.clock.now() }
    await own.tenants.replace({ tenant: own.row(), etag: '*' }, due as Tenant, [])
    await own.clock.run(own.refresher.refresh(name, sweep))
    own.clock.advance(86_400)
  }
  for (let day = 0; day < 14; day++) await daily()
  await own.dependencies.notes.write('proven', 'production:microsoft:work', { at: own.clock.now() })
  expect(own.row().status).toBe('connected')
  await daily()
  const lost = { status: 'reauthorization_required', reauthorizationReason: 'application_not_found' }
  expect(own.row()).toMatchObject(lost)
  expect(own.row()).not.toHaveProperty('dueAt')
  expect(own.tenants.history(name).at(-1)).toMatchObject({
    type: 'tenant.reauthorization_required',
    data: { reason: 'application_not_found', actor: 'operator' },
  })
  await own.clock.run(own.refresher.refresh(name, vend))
  expect(own.calls()).toBe(15)
})

describe('a tenant whose grant is refused', () => {
  test('is asked to sign in again, and loses its trouble and due time', async () => {
    const own = refreshGround({ answer: () => refusalOf(400, 'invalid_grant', 50173) })
    await own.add({
      trouble: { attempts: 2, reason: 'identity_provider_error', traceId: '', nextAttemptAt: own.after(-1) },
    })
    await own.clock.run(own.refresher.refresh(name, sweep))
    expect(own.row()).toMatchObject({ status: 'reauthorization_required' })
    expect(own.row().trouble).toBeUndefined()
    expect(own.row().dueAt).toBeUndefined()
    const again = await own.clock.run(own.refresher.refresh(name, vend))
    expect(again).toMatchObject({ outcome: 'passed_on', reason: 'grant_is_dead' })
    expect(own.calls()).toBe(1)
  })

  test('gets an event after the second failure, and one when it works again', async () => {
    const own = refreshGround({ answer: (call) => (call < 3 ? refusalOf(503) : anHour) })
    await own.add()
    const types = () => own.tenants.history(name).map(({ type }) => type)
    for (const told of [[], ['refresh.failing'], ['refresh.failing', 'refresh.recovered']]) {
      await own.clock.run(own.refresher.refresh(name, sweep))
      expect(types()).toEqual(told)
      const { trouble } = own.row()
      own.clock.advance(trouble ? (trouble.nextAttemptAt.getTime() - own.clock.now().getTime()) / 1000 : 0)
    }
    expect(own.row().trouble).toBeUndefined()
  })
})

describe('what the tenant’s events begin ends with refresh.recovered', () => {
  const cases: readonly [string, readonly TokenResult[], readonly string[]][] = [
    [
      'a directory that refuses the app once',
      [refusalOf(401, 'invalid_client', 7000112)],
      ['failing', 'recovered'],
    ],
    ['a loop', [refusalOf(400, 'invalid_grant', 50196)], ['failing', 'recovered']],
    ['a loop that goes on', Array(3).fill(refusalOf(400, 'invalid_grant', 50196)), ['failing', 'recovered']],
    [
      'a loop after another failure',
      [refusalOf(503), refusalOf(400, 'invalid_grant', 50196)],
      ['failing', 'recovered'],
    ],
    [
      'another failure after a loop',
      [refusalOf(400, 'invalid_grant', 50196), refusalOf(503)],
      ['failing', 'recovered'],
    ],
    ['one failure of the provider', [refusalOf(503)], []],
  ]
  test.each(cases)('%s', async (_title, refusals, told) => {
    const own = refreshGround({ answer: (call) => refusals[call - 1] ?? anHour })
    await own.add()
    for (const _ of [...refusals, anHour]) {
      await own.clock.run(own.refresher.refresh(name, sweep))
      const { trouble } = own.row()
      own.clock.advance(trouble ? (trouble.nextAttemptAt.getTime() - own.clock.now().getTime()) / 1000 : 0)
    }
    const events = own.tenants.history(name)
    expect(events.map(({ type }) => type)).toEqual(told.map((word) => `refresh.${word}`))
  })
})

test('a refresh of an unknown tenant is not found', async () => {
  const { clock, refresher } = refreshGround()
  expect(await clock.run(refresher.refresh(name, sweep))).toEqual({ outcome: 'not_found' })
})

test('an access token’s lifetime counts from the request', async () => {
  const own = refreshGround({
    with: ({ clock }) => ({
      tokenEndpoint: {
        async refresh() {
          await clock.sleep(9000)
          return anHour
        },
      },
    }),
  })
  await own.add()
  const askedAt = own.clock.now()
  await own.clock.run(own.refresher.refresh(name, sweep))
  expect(own.row().accessToken).toMatchObject({
    refreshedAt: askedAt,
    expiresAt: addSeconds(askedAt, 3600),
  })
})
