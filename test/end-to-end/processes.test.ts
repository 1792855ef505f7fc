import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../../local/sign-in/request-log.ts'
import { connectTenants, killAndReplace, loadSettings, startLoad } from './killing.ts'
import { letTimePass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

const leaseSeconds = Number(loadSettings.LEASE_SECONDS)
const loadSeconds = 20
const signInMilliseconds = 250

let world: World
let tenants: string[]

beforeAll(async () => {
  world = await openWorld({ brokers: 3, persistent: true, settings: loadSettings })
  tenants = await connectTenants(world)
}, 120_000)

afterAll(() => world.close())

/**
 * Calls whose times are those of storage's clock, which leases are counted by.
 * @param passed the moment at which the time of a lease has passed, on the sign-in's clock.
 */
function onStorageClock(calls: readonly LoggedRequest[], passed: number): LoggedRequest[] {
  return calls.map((call) => {
    const at = Date.parse(call.at)
    return { ...call, at: new Date(at < passed ? at : at + leaseSeconds * 1000).toISOString() }
  })
}

/** Pairs of calls that a lease should have separated: with the same refresh token, or concurrent. */
function doubleCalls(calls: readonly LoggedRequest[]): [LoggedRequest, LoggedRequest][] {
  const byTenant = Object.values(Object.groupBy(calls, ({ family = '' }) => family))
  return byTenant.flatMap((own = []) =>
    own.flatMap((one, index) =>
      own
        .slice(index + 1)
        .filter((other) => isDouble(one, other))
        .map((other): [LoggedRequest, LoggedRequest] => [one, other]),
    ),
  )
}

function isDouble(one: LoggedRequest, other: LoggedRequest): boolean {
  const apart = Date.parse(other.at) - Date.parse(one.at)
  // A holder takes some steps between its lease and its call; a lease is never released this early.
  const withinLease = apart < (leaseSeconds - 5) * 1000
  return apart < signInMilliseconds || (withinLease && one.refreshTokenUsed === other.refreshTokenUsed)
}

test('processes that are repeatedly killed under load lose no grant and never call twice under one lease', async () => {
  await world.signIn.settings({ latencyMilliseconds: signInMilliseconds })
  const alive = new Set([0, 1, 2])
  const running = startLoad(world, tenants, alive)
  const until = Date.now() + loadSeconds * 1000
  const isEnough = (kills: number) => kills >= 4 && Date.now() >= until
  await killAndReplace(world, alive, isEnough)
  await running.stop()
  expect([...running.statuses]).toContain(200)
  expect([...running.statuses].filter((status) => ![200, 503].includes(status))).toEqual([])

  await world.signIn.settings({ latencyMilliseconds: 0, accessTokenSeconds: 3600 })
  const passed = Date.now()
  letTimePass(world, leaseSeconds)
  await world.addBroker()
  const fresh = world.brokers.length - 1
  for (const tenant of tenants) {
    const vend = () => world.call('GET', `/v1/tenants/${tenant}/token?minValidity=3000`, { broker: fresh })
    await expect
      .poll(async () => (await vend()).status, { timeout: 60_000, interval: 200, message: tenant })
      .toBe(200)
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`, { broker: fresh })
    expect(body).toMatchObject({ status: 'connected', refresh: { failedAttempts: 0 } })
  }

  const calls = await world.refreshCalls()
  expect(new Set(calls.map(({ family }) => family)).size).toBe(tenants.length)
  expect(calls.length).toBeGreaterThan(2 * tenants.length)
  expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  expect(doubleCalls(onStorageClock(calls, passed))).toEqual([])
}, 180_000)
