import { QueueClient } from '@azure/storage-queue'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storageConnection } from '../../local/settings.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { refreshChunksQueue } from '../../shared/operations/runSweep.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** Every tenant is active, and a token with a lifetime of zero is due immediately. */
beforeAll(async () => {
  const failsFast = { AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00' }
  world = await openWorld({
    settings: { REFRESH_POLICY: 'always', SWEEP_HANDOVER_COUNT: '100', ...failsFast },
  })
})

afterAll(() => world.close())

/** A tenant whose token is due for refreshing within a few seconds. */
const connectedDueSoon = () => world.connectedStale('ada@outlook.example', 4)

async function sweepUntil(done: (report: Report) => boolean): Promise<Report> {
  let report: Report | undefined
  await expect
    .poll(
      async () => {
        report = (await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })).body
        return report !== undefined && done(report)
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(true)
  return report as Report
}

interface Report {
  readonly due: number
  readonly refreshed: number
  readonly failed: Record<string, number>
}

describe('the sweep', () => {
  test('hands over work beyond its share, and /ready reports the result', async () => {
    const due = createDueTable({ RefreshDue: world.tableClient('RefreshDue') })
    const owner = { workspace: 'w', environment: 'production', identityProvider: 'microsoft' } as const
    const dueAt = new Date(Date.now() - 60_000)
    // Hints of missing tenants, so a sweep has work without a consent for each.
    const hints = Array.from({ length: 200 }, (_, index) => ({ ...owner, tenant: `gone-${index}`, dueAt }))
    await Promise.all(hints.map((hint) => due.insert(hint)))
    await world.runTimer('refresh')
    const ready = async () => (await world.call('GET', '/ready', { app: 'demo-operator' })).body
    await expect
      .poll(
        async () => {
          const { lastSweep, handedOver } = await ready()
          const shards = lastSweep?.report.handedOverShards
          return shards > 0 && handedOver?.doneShards === shards
        },
        { timeout: 30_000, interval: 300 },
      )
      .toBe(true)
    const { lastSweep, handedOver } = await ready()
    expect(lastSweep.report.due + handedOver.due).toBeGreaterThanOrEqual(hints.length)
    expect(handedOver).toMatchObject({ leftOver: 0, oldestOverdueSeconds: expect.any(Number) })
    // The alert on late refreshes counts sweeps, so their shards say which one they belong to.
    const ended = world.brokers[0]!.lines.filter((line) => line.startsWith('{"event":"sweep.ended"'))
    const ofSweep = ended
      .map((line) => JSON.parse(line))
      .filter(({ sweep }) => sweep === lastSweep.report.sweep)
    expect(ofSweep.length).toBeGreaterThan(1)
    expect(new Set(ofSweep.map(({ startedAt }) => startedAt)).size).toBeGreaterThan(1)
    await sweepUntil((report) => report.due === 0)
  })

  test.each(['{not JSON', '7', 'eyJzaGFyZCI6'])(
    'reports a message without a readable shard: %s',
    async (text) => {
      const told = () =>
        world.brokers[0]!.lines.filter((line) => line.includes('"event":"sweep.shard_poisoned"')).length
      const before = told()
      const connection = storageConnection(world.stack.ports)
      await new QueueClient(connection, refreshChunksQueue).sendMessage(text)
      await expect.poll(told, { timeout: 20_000 }).toBe(before + 1)
    },
  )

  test('refreshes what is due, and then has nothing to do', async () => {
    const tenant = await connectedDueSoon()
    const before = (await world.call('GET', `/v1/tenants/${tenant}`)).body.refresh.lastRefreshedAt
    await sweepUntil(({ refreshed }) => refreshed >= 1)
    const { refresh } = (await world.call('GET', `/v1/tenants/${tenant}`)).body
    expect(new Date(refresh.lastRefreshedAt).getTime()).toBeGreaterThan(new Date(before).getTime())
    const idle = await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    expect(idle.body).toMatchObject({ due: 0, refreshed: 0, failed: {} })
  })

  test('the timer runs the same sweep, and /ready shows when it ended', async () => {
    const tenant = await connectedDueSoon()
    const startedAt = new Date().toISOString()
    await expect
      .poll(
        async () => {
          await world.runTimer('refresh')
          return (await world.call('GET', `/v1/tenants/${tenant}`)).body.refresh.lastRefreshedAt > startedAt
        },
        { timeout: 20_000, interval: 300 },
      )
      .toBe(true)
    const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
    expect(ready.body.lastSweep.ageSeconds).toBeLessThan(60)
  })

  test('two concurrent ones are harmless: each tenant is refreshed once', async () => {
    const tenants = [await connectedDueSoon(), await connectedDueSoon(), await connectedDueSoon()]
    await world.signIn.forget()
    const sweep = () => world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    const calls = async () => (await world.refreshCalls()).length
    await expect
      .poll(async () => Promise.all([sweep(), sweep()]).then(calls), { timeout: 20_000, interval: 200 })
      .toBeGreaterThanOrEqual(tenants.length)
    await Promise.all([sweep(), sweep()])
    expect(await calls()).toBe(tenants.length)
  })

  test('a dead grant leaves the sweep: it is called once and never again', async () => {
    const tenant = await connectedDueSoon()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'revoked' })
    await sweepUntil(({ failed }) => (failed.advertiser ?? 0) >= 1)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body).toMatchObject({
      status: 'reauthorization_required',
      reauthorizationReason: 'grant_revoked',
    })
    await world.signIn.forget()
    await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    expect(await world.refreshCalls()).toHaveLength(0)
  })

  test('a general refusal is confirmed before the grant counts as dead', async () => {
    const tenant = await connectedDueSoon()
    await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'invalidGrantPassing' })
    await sweepUntil(({ failed }) => (failed.advertiser ?? 0) >= 1)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body).toMatchObject({
      status: 'connected',
      refresh: { failedAttempts: 1, failureReason: 'grant_refused' },
    })
    await sweepUntil(({ refreshed }) => refreshed >= 1)
    expect((await world.call('GET', `/v1/tenants/${tenant}`)).body.refresh.failedAttempts).toBe(0)
  })

  test('a disconnected tenant leaves the sweep', async () => {
    const tenant = await connectedDueSoon()
    await world.call('DELETE', `/v1/tenants/${tenant}`)
    await world.signIn.forget()
    await sweepUntil(({ due }) => due === 0)
    expect(await world.refreshCalls()).toHaveLength(0)
  })
})

describe('what a sweep cannot do itself', () => {
  /** Sends a message like the timer's output binding, in the host's encoding. */
  const hand = async (queue: string, message: object) => {
    const client = new QueueClient(storageConnection(world.stack.ports), queue)
    await client.createIfNotExists()
    await client.sendMessage(JSON.stringify(message))
  }

  test('a handed-over shard is refreshed by the process that takes it from the queue', async () => {
    const tenant = await connectedDueSoon()
    const startedAt = new Date().toISOString()
    const shard = Number.parseInt(tenantKey({ workspace: 'demo', tenant }).slice(0, 4), 16) % 32
    await expect
      .poll(
        async () => {
          await hand('refresh-chunks', { shard })
          return (await world.call('GET', `/v1/tenants/${tenant}`)).body.refresh.lastRefreshedAt > startedAt
        },
        { timeout: 20_000, interval: 500 },
      )
      .toBe(true)
  })
})
