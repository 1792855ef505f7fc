import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { LoggedRequest } from '../../local/sign-in/request-log.ts'
import type { World } from './world.ts'

/** Settings with short leases, so a killed process's lease ends soon, and without vends from memory. */
export const loadSettings = {
  REFRESH_POLICY: 'always',
  LEASE_SECONDS: '30',
  TOKEN_ENDPOINT_SECONDS: '8',
  VEND_WAIT_SECONDS: '1',
  SWEEP_CONCURRENCY: '2',
  ROW_CACHE_SECONDS: '0',
}

const people = ['ada@outlook.example', 'radia@contoso.example']

/** Connects 30 tenants whose tokens are soon due; clears the sign-in's log. */
export async function connectTenants(world: World): Promise<string[]> {
  await world.signIn.settings({ accessTokenSeconds: 3 })
  const connect = async (person: string): Promise<string> => {
    const tenant = world.newTenant()
    const visit = await world.connect(tenant, person, { accountChoice: 'app' })
    expect(visit.stopped).toBe(true)
    return tenant
  }
  const tenants: string[] = []
  for (let round = 0; round < 15; round++) tenants.push(...(await Promise.all(people.map(connect))))
  await world.signIn.forget()
  return tenants
}

/** A killed process, and the time of the kill in the sign-in's log. */
export interface Kill {
  readonly broker: number
  readonly at: number
}

/** Vends and sweeps on each running process until stopped. */
export interface Load {
  /** Every status in the answers; requests that a killed process leaves unanswered don't count as failures. */
  readonly statuses: ReadonlySet<number>
  stop(): Promise<void>
}

/** Starts the load: four vending loops and two sweeping loops. */
export function startLoad(world: World, tenants: readonly string[], alive: ReadonlySet<number>): Load {
  const stopped = new AbortController()
  const statuses = new Set<number>()
  const ask = async (method: string, path: string, broker: number, app: 'demo-app' | 'demo-operator') => {
    const headers = { traceparent: traceParentOf(broker) }
    const answer = await world.call(method, path, { broker, app, headers }).catch(() => undefined)
    // Azurite, the sign-in and six loops share the machine: a loop without pauses would starve them.
    await new Promise((resolve) => setTimeout(resolve, 20))
    // The local tokens last hardly longer than what is asked for.
    const isTooShort = answer?.body.code === 'validity_not_available'
    if (answer && !isTooShort) statuses.add(answer.status)
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

/** Kills one process after another, each during a refresh, and starts a replacement. */
export async function killAndReplace(
  world: World,
  alive: Set<number>,
  isEnough: (kills: number) => boolean,
): Promise<Kill[]> {
  const kills: Kill[] = []
  while (!isEnough(kills.length)) {
    // Alternates between tokens that are due for sweeps within seconds and tokens that last for one vend.
    await world.signIn.settings({ accessTokenSeconds: kills.length % 2 === 0 ? 3 : 63 })
    await untilRefreshing(world)
    const broker = pick([...alive], kills.length)
    alive.delete(broker)
    await world.brokers[broker]?.kill('SIGKILL')
    kills.push({ broker, at: Date.now() })
    await world.addBroker()
    alive.add(world.brokers.length - 1)
  }
  return kills
}

/** The process that made a call of the load; undefined for other calls. */
export function callerSpanOf({ traceParent = '' }: LoggedRequest): number | undefined {
  const [, broker] = /^00-10ad([0-9a-f]{4})/.exec(traceParent) ?? []
  return broker === undefined ? undefined : Number.parseInt(broker, 16)
}

/** A caller's trace that names the called process, so the sign-in's log shows which process refreshed. */
function traceParentOf(broker: number): string {
  const asked = broker.toString(16).padStart(4, '0')
  return `00-10ad${asked}${randomBytes(12).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}

async function untilRefreshing(world: World): Promise<void> {
  const running = async () => (await world.refreshCalls()).filter(({ outcome }) => !outcome).length
  await expect.poll(running, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0)
}

function pick<T>(list: readonly T[], turn: number): T {
  const one = list[turn % list.length]
  if (one === undefined) throw new Error('Nothing to pick from.')
  return one
}
