import { describe, expect, test } from 'vitest'
import type { RefreshConfig } from '../../shared/config.ts'
import type { SweepOptions } from '../../shared/refresh/sweep.ts'
import type { SimulatedBroker, SimulatedDependencies } from './broker.ts'
import { dueTenants } from './dueTenants.ts'
import { toHold } from './models/environmentStates.ts'
import * as useCases from './useCases.ts'
import { type World, workspace } from './world.ts'

const minute = 60_000

function sweepOf(world: World, broker: SimulatedBroker) {
  return world.until(useCases.sweep({ ...broker.dependencies, refresher: broker.refresher }))
}

/** Makes their directories refuse the app on every call. */
function refuseApp(world: World, tenants: readonly string[]): void {
  for (const { tenant } of world.tenants.rows()) {
    const family = world.provider.family(tenant.grant?.consenter.subject ?? '')
    if (tenants.includes(tenant.tenant)) family?.glitches.push(...Array(50).fill('app_refused'))
  }
}

/** Sweeps repeatedly, each as soon as the last refusal allows, and collects the log. */
async function sweepTimes(world: World, broker: SimulatedBroker, times: number): Promise<string[]> {
  const events: string[] = []
  const log = (event: string) => void events.push(event)
  const dependencies = { ...broker.dependencies, log }
  const refresher = useCases.createRefresher(dependencies)
  for (let sweep = 0; sweep < times; sweep++) {
    const waits = [...world.tenants.rows()].map(({ tenant }) => tenant.trouble?.nextAttemptAt.getTime() ?? 0)
    await world.pass(Math.max(0, ...waits.map((until) => until - world.scheduler.now())) + 1)
    await world.until(useCases.sweep({ ...dependencies, refresher }))
  }
  return events
}

describe('a failure that waiting does not fix', () => {
  test('with unknown answers becomes the operator’s problem, is reported once, and ends with the next success', async () => {
    const { world, broker } = await dueTenants(1)
    const [family] = world.provider.families()
    family?.glitches.push(...Array(7).fill('strange'))
    const events = await sweepTimes(world, broker, 7)
    expect(events.filter((event) => event === 'refresh.needs_operator')).toHaveLength(1)
    expect(world.row('t1')?.tenant).toMatchObject({
      status: 'connected',
      trouble: { unknownAnswers: 7, actor: 'operator', reason: 'unknown_answer' },
    })
    const types = () => world.tenants.history({ workspace, tenant: 't1' }).map(({ type }) => type)
    expect(types()).toEqual(['refresh.failing', 'refresh.failing'])
    await sweepTimes(world, broker, 1)
    expect(types()).toContain('refresh.recovered')
    expect(world.row('t1')?.tenant.trouble).toBeUndefined()
  })

  test('a loop that Microsoft detected is reported once, without an actor', async () => {
    const { world, broker } = await dueTenants(1)
    const [family] = world.provider.families()
    family?.glitches.push('loop_detected', 'loop_detected')
    const events = await sweepTimes(world, broker, 2)
    expect(events.filter((event) => event === 'refresh.needs_operator')).toHaveLength(1)
    const trouble = world.row('t1')?.tenant.trouble
    expect(trouble).toMatchObject({ reason: 'loop_detected', attempts: 2 })
    expect(trouble).not.toHaveProperty('actor')
  })

  test('a grant that is missing from its vault is reported immediately, and opens no circuit', async () => {
    const { world, broker } = await dueTenants(30)
    world.checks.afterStep = () => {}
    for (const vault of world.vaults) for (const { name } of vault.live()) await vault.remove(name)
    const events = await sweepTimes(world, broker, 1)
    expect(events.filter((event) => event === 'refresh.needs_operator')).toHaveLength(30)
    expect(events.filter((event) => event === 'refresh.ended')).toHaveLength(30)
    expect(world.row('t1')?.tenant.trouble).toMatchObject({ reason: 'grant_missing', actor: 'operator' })
  })
})

describe('a sweep', () => {
  test('continues after a tenant whose directory refuses the app', async () => {
    const { world, broker } = await dueTenants(60)
    refuseApp(world, ['t1', 't2'])
    const { report } = await sweepOf(world, broker)
    expect(report).toMatchObject({ due: 60, refreshed: 58, failed: {}, stuck: { application_disabled: 2 } })
    expect(world.row('t1')?.tenant).toMatchObject({ status: 'connected', trouble: { actor: 'operator' } })
  })

  test('probes an environment on hold with one call, no matter how many tenants are due', async () => {
    const { world, broker } = await dueTenants(60)
    world.toggleSecret({ environment: 'production', identityProvider: 'microsoft' })
    let calls = 0
    const counted: SimulatedDependencies = {
      ...broker.dependencies,
      config: { ...broker.dependencies.config, sweepConcurrency: 16 },
      tokenEndpoint: {
        refresh: (request) => {
          calls++
          return broker.dependencies.tokenEndpoint.refresh(request)
        },
      },
    }
    const sweep = () =>
      world.until(useCases.sweep({ ...counted, refresher: useCases.createRefresher(counted) }))
    await sweep()
    expect(calls).toBe(1)
    for (let round = 0; round < 3; round++) {
      await world.pass(5 * minute)
      calls = 0
      expect((await sweep()).report.failed).toEqual({ operator: 1, environment_on_hold: 59 })
      expect(calls).toBe(1)
    }
    world.toggleSecret({ environment: 'production', identityProvider: 'microsoft' })
    await world.pass(5 * minute)
    expect((await sweep()).report).toMatchObject({ due: 60, refreshed: 60 })
  })

  test('stops if all tenants’ directories refuse the app, and ends the hold after a success', async () => {
    const { world, broker } = await dueTenants(60)
    const everyone = Array.from({ length: 60 }, (_, index) => `t${index + 1}`)
    refuseApp(world, everyone)
    world.checks.held = () => {}
    const { report } = await sweepOf(world, broker)
    expect(report.refreshed).toBe(0)
    expect(report.stuck.application_disabled).toBeLessThan(12)
    expect(await world.holds.get('production:microsoft')).toMatchObject({ reason: 'application_disabled' })
    for (const family of world.provider.families()) family.glitches.length = 0
    await world.pass(5 * minute)
    await sweepOf(world, broker)
    expect(await world.holds.get('production:microsoft')).toBeUndefined()
    await world.pass(10 * minute)
    await sweepOf(world, broker)
    expect([...world.tenants.rows()].filter(({ tenant }) => tenant.trouble)).toEqual([])
  })
})

describe('a provider that refuses every grant of one kind without a cause', () => {
  const key = 'production:microsoft:personal:consumers'

  test('is held for that kind after five people: no grant ends, and one call a sweep asks again', async () => {
    const { world, broker } = await dueTenants(60)
    world.provider.refusesGrants = true
    const first = await sweepTimes(world, broker, 1)
    expect(first.filter((event) => event === 'environment.held')).toHaveLength(1)
    expect(first.filter((event) => event === 'refresh.ended').length).toBeLessThan(12)
    expect(await world.holds.get(key)).toMatchObject({ reason: 'grant_refused' })
    for (let round = 0; round < 3; round++) {
      await world.pass(5 * minute)
      const events = await sweepTimes(world, broker, 1)
      expect(events.filter((event) => event === 'refresh.ended')).toHaveLength(1)
    }
    const rows = () => [...world.tenants.rows()].map(({ tenant }) => tenant)
    expect(rows().filter(({ status }) => status !== 'connected')).toEqual([])
    world.provider.refusesGrants = false
    await world.pass(5 * minute)
    expect(await sweepTimes(world, broker, 1)).toContain('environment.released')
    expect(await world.holds.get(key)).toBeUndefined()
    await world.pass(10 * minute)
    await sweepOf(world, broker)
    expect(rows().filter(({ trouble }) => trouble)).toEqual([])
  })

  test('holds nothing while others of the kind are refreshed in between: each refused grant ends by itself', async () => {
    const { world, broker } = await dueTenants(9)
    const families = [...world.provider.families()]
    for (const [index, family] of families.entries()) if (index % 2 === 0) family.revoked = 'plain'
    const refresh = async (tenant: string) =>
      world.until(
        broker.refresher.refresh(
          { workspace, tenant },
          { for: 'replacement', seen: new Date(world.scheduler.now() + minute) },
        ),
      )
    for (let index = 1; index <= 9; index++) await refresh(`t${index}`)
    await world.pass(minute)
    for (let index = 1; index <= 9; index++) await refresh(`t${index}`)
    const ended = [...world.tenants.rows()].filter(({ tenant }) => tenant.status !== 'connected')
    expect(ended).toHaveLength(5)
    expect(toHold(await world.holds.get(key))).toBeUndefined()
  })
})

describe('a sweep without enough time or share for all tenants', () => {
  const enough = { sweepHandoverCount: 12, sweepConcurrency: 4 }

  test('hands over the shard in which it stops and the unread ones', async () => {
    const { world, broker } = await dueTenants(60)
    const dependencies = configured(broker, enough)
    const { handOver, report } = await world.until(
      useCases.sweep({ ...dependencies, refresher: broker.refresher }, { mayHandOver: true }),
    )
    expect(report.due).toBeLessThan(60)
    expect(report).toMatchObject({
      refreshed: report.due,
      handedOverShards: handOver.length,
      unreadShards: 0,
    })
    for (const shard of handOver)
      await world.until(useCases.sweep({ ...dependencies, refresher: broker.refresher }, { shards: [shard] }))
    expect(await stillDue(world)).toBe(0)
  })

  test('hands over the rows that it has read but not started in time', async () => {
    const { world, broker } = await dueTenants(60)
    const dependencies = configured(broker, { sweepSeconds: 1, sweepConcurrency: 1 })
    const sweep = (order: SweepOptions) =>
      world.until(useCases.sweep({ ...dependencies, refresher: broker.refresher }, order))
    const { handOver, report } = await sweep({ mayHandOver: true })
    expect(report.leftOver).toBeGreaterThan(0)
    expect(report.unreadShards).toBe(0)
    const waiting = new Set<number>()
    for (let shard = 0; shard < world.due.shardCount; shard++)
      if ((await world.due.page(shard, new Date(world.scheduler.now()))).length > 0) waiting.add(shard)
    expect(new Set(handOver)).toEqual(waiting)
    const alone = await sweep({})
    expect(alone.handOver).toEqual([])
    expect(alone.report.unreadShards + alone.report.leftOver).toBeGreaterThan(0)
  })

  test('does not start with the same shard each time', async () => {
    const { world, broker } = await dueTenants(1)
    const first = new Set<number>()
    const due = {
      ...broker.dependencies.due,
      async *due(shard: number) {
        first.add(shard)
        yield []
        await world.pass(10_000)
        yield []
      },
    }
    const dependencies = configured(broker, { sweepSeconds: 0 })
    for (let sweep = 0; sweep < 20; sweep++)
      await world.until(useCases.sweep({ ...dependencies, due, refresher: broker.refresher }))
    expect(first.size).toBe(world.due.shardCount)
  })
})

function configured(broker: SimulatedBroker, config: Partial<RefreshConfig>): SimulatedDependencies {
  return { ...broker.dependencies, config: { ...broker.dependencies.config, ...config } }
}

async function stillDue(world: World): Promise<number> {
  const now = world.scheduler.now()
  return [...world.due.rows()].filter(({ dueAt }) => dueAt.getTime() <= now).length
}
