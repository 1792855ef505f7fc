import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { EnvironmentHold } from '../../shared/domain/holds.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Registration } from '../../shared/environment.ts'
import { requestedSweepSeconds } from '../../shared/operations/runSweep.ts'
import { type SweepDependencies, type SweepOptions, sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, grantOf } from '../simulation/ground.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { anHour, refreshGround, refusalOf } from './refreshGround.ts'

const start = new Date('2026-11-23T16:00:00Z')

/** A sweep over three due rows, whose refreshes take 100 s each and end with the given outcomes. */
async function run(
  outcome: object,
  order: SweepOptions = {},
  holds?: SweepDependencies['holds'],
  shards: { readonly count: number; readonly unreadable: number; readonly error?: Error } = {
    count: 1,
    unreadable: 0,
  },
): Promise<LogEvents['sweep.ended'] & { readonly handOver: readonly number[] }> {
  let seconds = 0
  const logged: LogEvents['sweep.ended'][] = []
  const row = (tenant: string) => ({
    tenant,
    workspace: 'agency',
    environment: 'production',
    identityProvider: 'microsoft',
    dueAt: start,
  })
  const dependencies = {
    clock: { now: () => new Date(start.getTime() + seconds * 1000) },
    randomness: { fraction: () => 0 },
    config: { sweepConcurrency: 1, sweepSeconds: 240, sweepHandoverCount: 2000 },
    due: {
      shardCount: shards.count,
      async *due(shard: number) {
        if (shard < shards.unreadable) throw shards.error ?? new Error('ServerBusy')
        yield ['one', 'two', 'three'].map(row)
      },
    },
    refresher: {
      refresh: async () => {
        seconds += 100
        if (outcome instanceof Error) throw outcome
        return outcome
      },
    },
    log: (_: string, report: LogEvents['sweep.ended']) => logged.push(report),
    ...(holds && { holds }),
  }
  const { handOver } = await sweep(dependencies as unknown as SweepDependencies, order)
  return { ...logged[0]!, handOver }
}

test('a sweep starts nothing more after the setting’s seconds, or after fewer if the order says so', async () => {
  const refreshed = { outcome: 'refreshed', dueBefore: start, stored: { tenant: {} } }
  expect(await run(refreshed)).toMatchObject({ refreshed: 3, leftOver: 0 })
  expect(await run(refreshed, { maxSeconds: 150 })).toMatchObject({ refreshed: 2, leftOver: 1 })
  expect(await run(refreshed, { maxSeconds: 9000 })).toMatchObject({ refreshed: 3, leftOver: 0 })
})

test('a sweep that someone requests has the seconds that the pages say', () => {
  const read = (page: string) => readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8')
  const said = [
    /`POST \/v1\/sweeps` \| (\d+) s, and the call in progress/.exec(read('front')),
    /`POST \/v1\/sweeps` starts none after (\d+) seconds/.exec(read('settings')),
  ]
  expect(said.map((each) => Number(each?.[1]))).toEqual([requestedSweepSeconds, requestedSweepSeconds])
})

test('a sweep on an instance that is taken away leaves the rest to others', async () => {
  const ending = { outcome: 'passed_on', reason: 'instance_ending', stored: { tenant: {} } }
  expect(await run(ending)).toMatchObject({ passedOn: 0, leftOver: 3, handOver: [] })
  const shards = { count: 2, unreadable: 0 }
  const order = { mayHandOver: true }
  // The second shard isn't even read.
  expect(await run(ending, order, undefined, shards)).toMatchObject({ due: 3, leftOver: 3, handOver: [0, 1] })
})

test('a shard’s report names the sweep that handed it over, and a whole sweep’s its own start', async () => {
  const refreshed = { outcome: 'refreshed', dueBefore: start, stored: { tenant: {} } }
  expect(await run(refreshed)).toMatchObject({ startedAt: start.toISOString(), sweep: start.toISOString() })
  const sweep = '2026-11-23T15:55:00.000Z'
  expect(await run(refreshed, { shards: [0], sweep })).toMatchObject({
    startedAt: start.toISOString(),
    sweep,
  })
})

test('every report lists the holds, even without due tenants', async () => {
  const refreshed = { outcome: 'refreshed', dueBefore: start, stored: { tenant: {} } }
  const until = addSeconds(start, 9999)
  const hold = { environment: 'sandbox', identityProvider: 'google', until } as EnvironmentHold
  expect((await run(refreshed, {}, async () => [hold])).holds).toEqual(['sandbox:google'])
  expect((await run(refreshed, {}, async () => [])).holds).toEqual([])
})

test('if storage can’t return the holds, the report lists those that the sweep met', async () => {
  const hold = { environment: 'production', identityProvider: 'microsoft', until: addSeconds(start, 999) }
  const stored = { tenant: { environment: 'production' } }
  const onHold = { outcome: 'passed_on', reason: 'environment_on_hold', hold, stored }
  const failing = () => Promise.reject(new Error('no answer'))
  expect(await run(onHold, {}, failing)).toMatchObject({
    holds: ['production:microsoft'],
    failed: { environment_on_hold: 3 },
  })
})

describe('an unreadable shard', () => {
  const refreshed = { outcome: 'refreshed', dueBefore: start, stored: { tenant: {} } }
  const order = { maxSeconds: 240 }

  test('does not affect the others, and is handed over if allowed', async () => {
    const shards = { count: 4, unreadable: 3 }
    expect(await run(refreshed, order, undefined, shards)).toMatchObject({ refreshed: 3, unreadShards: 3 })
    const handing = { ...order, mayHandOver: true }
    expect(await run(refreshed, handing, undefined, shards)).toMatchObject({
      refreshed: 3,
      unreadShards: 0,
      handedOverShards: 3,
      handOver: [0, 1, 2],
    })
  })

  test.each([
    { count: 1, unreadable: 1 },
    { count: 3, unreadable: 3 },
    { count: 32, unreadable: 4 },
  ])('fails the sweep if $unreadable of $count are unreadable', async (shards) => {
    await expect(run(refreshed, order, undefined, shards)).rejects.toThrow('ServerBusy')
  })
})

describe.each(['TableNotFound', 'TableBeingDeleted'])('where a table answers %s, the sweep', (code) => {
  const missing = new StorageUnavailableError('tables', 404, code)

  test('asks for no further tenant and removes nothing', async () => {
    const report = await run(missing)
    expect(report).toMatchObject({ due: 3, refreshed: 0, passedOn: 0, failed: { table_missing: 3 } })
    // Only the first one took its time.
    expect(report.durationMilliseconds).toBe(100_000)
  })

  test('reads no further page', async () => {
    let pages = 0
    const due = {
      shardCount: 1,
      async *due() {
        for (; pages < 50; pages++) yield [{ ...ours, workspace: 'w', tenant: `t${pages}`, dueAt: start }]
      },
    }
    const dependencies = {
      clock: { now: () => start },
      randomness: { fraction: () => 0 },
      config: { sweepConcurrency: 1, sweepSeconds: 240, sweepHandoverCount: 2000 },
      due,
      refresher: { refresh: () => Promise.reject(missing) },
      log: () => {},
    }
    const { report } = await sweep(dependencies as unknown as SweepDependencies)
    // The page after the first answer can be read already.
    expect(report.failed).toEqual({ table_missing: 2 })
    expect(pages).toBe(1)
  })

  test('stops at the first shard of a missing due index, and is reported', async () => {
    const shards = { count: 32, unreadable: 32, error: missing }
    expect(await run({}, {}, undefined, shards)).toMatchObject({ due: 0, failed: { table_missing: 1 } })
  })
})

const ours: Registration = { environment: 'production', identityProvider: 'microsoft' }

/** Sweeps our registration's tenants, after tenants of another one whose due rows still name ours. */
async function sweepWithStrays(other: Registration, strays: number, isHeld: boolean) {
  const isOther = (asked: Registration) =>
    asked.environment === other.environment && asked.identityProvider === other.identityProvider
  const found = refreshGround({
    with: ({ clock, environments, tokenEndpoint }) => ({
      due: createModelDueIndex({ shardCount: 1 }),
      environments: {
        ...environments,
        read: async (registration) =>
          isHeld && isOther(registration) ? holdOf(other, clock.now()) : undefined,
      },
      tokenEndpoint: {
        refresh: async (request) => (isOther(request) ? refusalOf(503) : tokenEndpoint.refresh(request)),
      },
    }),
  })
  const { clock, dependencies, refresher } = found
  for (let index = 0; index < strays + 3; index++) {
    const tenant = { workspace: 'w', tenant: `t${index}` }
    const dueAt = addSeconds(clock.now(), index - 100)
    const { environment, identityProvider } = index < strays ? other : ours
    const owner = { ...tenant, environment, identityProvider }
    const grant = {
      ...grantOf(await found.stores.vault.write(new Secret('old'), owner), 'first'),
      identityProvider,
    }
    const row = { ...connected(grant.reference), ...tenant, environment, grant, dueAt }
    await found.tenants.create(row, [])
    await dependencies.due.insert(dueRowOf({ ...row, environment: ours.environment }, ours, dueAt))
  }
  return (await clock.run(sweep({ ...dependencies, refresher }))).report
}

function holdOf(registration: Registration, now: Date): EnvironmentHold {
  const until = addSeconds(now, 30)
  return { ...registration, reason: 'client_secret_expired', traceId: '', since: now, until }
}

describe.each<Registration>([
  { environment: 'production', identityProvider: 'google' },
  { environment: 'sandbox', identityProvider: 'microsoft' },
])('a due row of a tenant that has moved to $environment:$identityProvider', (other) => {
  test('stops only its own tenant while that registration is on hold', async () => {
    const report = await sweepWithStrays(other, 1, true)
    expect(report).toMatchObject({ refreshed: 3, failed: { environment_on_hold: 1 } })
    expect(report.holds).toEqual([`${other.environment}:${other.identityProvider}`])
  })

  test('opens no circuit for the registration that it still names', async () => {
    expect(await sweepWithStrays(other, 10, false)).toMatchObject({ refreshed: 3, failed: { passing: 10 } })
  })
})

test('stuck tenants are counted by reason, not as failures, and open no circuit', async () => {
  const { clock, dependencies, refresher, add } = refreshGround({
    answer: (call) => (call <= 12 ? refusalOf(418) : anHour),
    with: () => ({ due: createModelDueIndex({ shardCount: 1 }) }),
  })
  const trouble = { attempts: 9, reason: 'unknown_answer', traceId: '', nextAttemptAt: clock.now() } as const
  for (let index = 0; index < 15; index++) {
    const dueAt = addSeconds(clock.now(), index - 100)
    const isStuck = index < 12 && { trouble: { ...trouble, unknownAnswers: 9, actor: 'operator' } as const }
    const row = await add({ dueAt, ...isStuck }, { workspace: 'w', tenant: `t${index}` })
    await dependencies.due.insert(dueRowOf(row, ours, dueAt))
  }
  const { report } = await clock.run(sweep({ ...dependencies, refresher }))
  expect(report).toMatchObject({ due: 15, refreshed: 3, failed: {}, stuck: { unknown_answer: 12 } })
})
