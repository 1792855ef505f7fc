import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../../local/sign-in/request-log.ts'
import { openWorld, type World } from './world.ts'

const leaseSeconds = 30
const loadSeconds = 20
const signInMilliseconds = 250
const people = ['ada@outlook.example', 'radia@contoso.example']

let world: World
let tenants: string[]

beforeAll(async () => {
  const settings = {
    REFRESH_POLICY: 'always',
    LEASE_SECONDS: String(leaseSeconds),
    TOKEN_ENDPOINT_SECONDS: '8',
    VEND_WAIT_SECONDS: '1',
    SWEEP_CONCURRENCY: '2',
    ROW_CACHE_SECONDS: '0',
  }
  world = await openWorld({ brokers: 3, persistent: true, settings })
  // What is issued from the start on is soon due.
  await world.signIn.settings({ accessTokenSeconds: 3 })
  tenants = []
  for (let round = 0; round < 15; round++)
    tenants.push(...(await Promise.all(people.map((each) => connect(each)))))
  await world.signIn.forget()
}, 120_000)

afterAll(() => world.close())

async function connect(person: string): Promise<string> {
  const tenant = world.newTenant()
  const visit = await world.connect(tenant, person, { accountChoice: 'app' })
  expect(visit.stopped).toBe(true)
  return tenant
}

/** Vends and sweeps at each living process until told to stop; what a killed one leaves unanswered is no failure. */
function load(alive: ReadonlySet<number>) {
  const stopped = new AbortController()
  const statuses = new Set<number>()
  const ask = async (method: string, path: string, broker: number, app: 'demo-app' | 'demo-operator') => {
    const answer = await world.call(method, path, { broker, app }).catch(() => undefined)
    // Azurite, the sign-in and six loops share the machine: a loop that never rests would starve them.
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (answer) statuses.add(answer.status)
  }
  const loop = async (work: (broker: number, turn: number) => Promise<void>, start: number) => {
    for (let turn = start; !stopped.signal.aborted; turn++) await work(pick([...alive], turn), turn)
  }
  const vend = (broker: number, turn: number) =>
    ask('GET', `/v1/tenants/${pick(tenants, turn)}/token?minValidity=61`, broker, 'demo-app')
  const sweep = (broker: number) => ask('POST', '/v1/sweeps', broker, 'demo-operator')
  const loops = [
    ...Array.from({ length: 4 }, (_, index) => loop(vend, index * 7)),
    ...[0, 1].map((start) => loop(sweep, start)),
  ]
  return {
    statuses,
    async stop() {
      stopped.abort()
      await Promise.all(loops)
    },
  }
}

function pick<T>(list: readonly T[], turn: number): T {
  const one = list[turn % list.length]
  if (one === undefined) throw new Error('Nothing to pick from.')
  return one
}

/** Kills one process after the other, each in the middle of a refresh, and starts another in its place. */
async function killAndReplace(alive: Set<number>): Promise<number> {
  const until = Date.now() + loadSeconds * 1000
  let kills = 0
  for (; Date.now() < until; kills++) {
    // Now tokens that sweeps find due within seconds, now tokens that are good for a vend and stale after it.
    await world.signIn.settings({ accessTokenSeconds: kills % 2 === 0 ? 3 : 63 })
    await untilRefreshing()
    const victim = pick([...alive], kills)
    alive.delete(victim)
    await world.brokers[victim]?.kill('SIGKILL')
    await world.addBroker()
    alive.add(world.brokers.length - 1)
  }
  return kills
}

async function untilRefreshing(): Promise<void> {
  const running = async () => (await world.refreshCalls()).filter(({ outcome }) => !outcome).length
  await expect.poll(running, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0)
}

/** Pairs of calls that one lease should have kept apart: the same refresh token, or one while the other ran. */
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
  // A holder takes some steps between its lease and its call; a lease is never left so early.
  const withinLease = apart < (leaseSeconds - 5) * 1000
  return apart < signInMilliseconds || (withinLease && one.refreshTokenUsed === other.refreshTokenUsed)
}

test('processes that are killed again and again under load lose no grant and never call twice under one lease', async () => {
  await world.signIn.settings({ latencyMilliseconds: signInMilliseconds })
  const alive = new Set([0, 1, 2])
  const running = load(alive)
  const kills = await killAndReplace(alive)
  await running.stop()
  expect(kills).toBeGreaterThanOrEqual(4)
  expect([...running.statuses]).toContain(200)
  expect([...running.statuses].filter((status) => ![200, 503].includes(status))).toEqual([])

  await world.signIn.settings({ latencyMilliseconds: 0, accessTokenSeconds: 3600 })
  await world.addBroker()
  const fresh = world.brokers.length - 1
  for (const tenant of tenants) {
    const vend = () => world.call('GET', `/v1/tenants/${tenant}/token?minValidity=3000`, { broker: fresh })
    await expect
      .poll(async () => (await vend()).status, { timeout: 60_000, interval: 500, message: tenant })
      .toBe(200)
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`, { broker: fresh })
    expect(body).toMatchObject({ status: 'connected', refresh: { failedAttempts: 0 } })
  }

  const calls = await world.refreshCalls()
  expect(new Set(calls.map(({ family }) => family)).size).toBe(tenants.length)
  expect(calls.length).toBeGreaterThan(2 * tenants.length)
  expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  expect(doubleCalls(calls)).toEqual([])
}, 180_000)
