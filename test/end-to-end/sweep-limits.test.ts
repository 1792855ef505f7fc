import { QueueClient } from '@azure/storage-queue'
import { afterAll, beforeAll, expect, test } from 'vitest'
import hostJson from '../../host.json' with { type: 'json' }
import { storageConnection } from '../../local/settings.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** One refresh at a time, which may take longer than a sweep; failed messages are retried immediately. */
beforeAll(async () => {
  world = await openWorld({
    settings: {
      REFRESH_POLICY: 'always',
      SWEEP_SECONDS: '5',
      SWEEP_CONCURRENCY: '1',
      TOKEN_ENDPOINT_SECONDS: '6',
      AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:00',
    },
  })
})

afterAll(() => world.close())

const sweep = async () => (await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })).body

test('tenants that a sweep has no time for are left over, as /ready reports, and the next one refreshes them', async () => {
  const tenants: string[] = []
  for (let made = 0; made < 3; made++) tenants.push(await world.connectedStale('ada@outlook.example', 4))
  const view = async (tenant: string) => (await world.call('GET', `/v1/tenants/${tenant}`)).body
  const dueTimes = () =>
    Promise.all(tenants.map(async (each) => Date.parse((await view(each)).refresh.dueAt)))
  await expect
    .poll(async () => Math.max(...(await dueTimes())) < Date.now(), { timeout: 20_000, interval: 200 })
    .toBe(true)
  await world.signIn.fault({ endpoint: 'token', grantType: 'refresh_token', kind: 'hang', times: 9 })
  const report = await sweep()
  expect(report).toMatchObject({ refreshed: 0 })
  expect(report.leftOver + report.unreadShards).toBeGreaterThan(0)
  const ready = await world.call('GET', '/ready', { app: 'demo-operator' })
  expect(ready.body.lastSweep.report).toEqual(report)
  await world.signIn.clear()
  const isRefreshed = async (tenant: string) =>
    (await view(tenant)).refresh.lastRefreshedAt > report.startedAt
  const sweepAndLook = async () => {
    await sweep()
    return Promise.all(tenants.map(isRefreshed))
  }
  await expect.poll(sweepAndLook, { timeout: 30_000, interval: 500 }).toEqual(tenants.map(() => true))
})

test('a shard that fails on every attempt ends in a log event', async () => {
  const linesOf = (text: string) => world.brokers[0]?.lines.filter((line) => line.includes(text)) ?? []
  world.stack.parts.azurite.service.control.faults.add({ kind: 'serverBusy', table: 'RefreshDue', rows: 1 })
  const chunks = new QueueClient(storageConnection(world.stack.ports), 'refresh-chunks')
  await chunks.sendMessage('{"shard":7}')
  await expect.poll(() => linesOf('sweep.shard_poisoned').length, { timeout: 60_000, interval: 200 }).toBe(1)
  expect(linesOf('sweep.shard_poisoned')[0]).toContain('"shard":7')
  const failed = linesOf('"event":"function.failed","function":"refreshChunk"')
  expect(failed).toHaveLength(hostJson.extensions.queues.maxDequeueCount)
})
