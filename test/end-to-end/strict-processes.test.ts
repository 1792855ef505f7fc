import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LoggedRequest, toFingerprint } from '../../local/sign-in/request-log.ts'
import { prepareProcess } from '../../scripts/commandLine.ts'
import { type Broker, createBroker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { grantOwnerOf } from '../../shared/domain/grants.ts'
import {
  callerSpanOf,
  connectTenants,
  type Kill,
  killAndReplace,
  loadSettings,
  startLoad,
} from './killing.ts'
import { letTimePass } from './letTimePass.ts'
import { openWorld, type World } from './world.ts'

const maxKills = 5
const workspace = 'demo'
const settings = { ...loadSettings, GRANT_STORE: 'sealed' }

let world: World
/** A broker in this process, to read rows. */
let reader: Broker
let tenants: string[]

beforeAll(async () => {
  world = await openWorld({ brokers: 3, strict: true, settings })
  await prepareProcess(world.stack.settings())
  reader = createBroker(parseConfig({ ...world.stack.settings(), ...settings }), () => undefined)
  tenants = await connectTenants(world)
}, 120_000)

afterAll(() => world.close())

/** The fingerprint of the refresh token in the tenant's row. */
async function keptBy(tenant: string): Promise<string> {
  const stored = await reader.tenants.read({ workspace, tenant })
  const grant = stored?.tenant.grant
  if (!stored || !grant) throw new Error(`${tenant} has no grant.`)
  const kept = await reader.grantStores.sealed.read(grant.reference, grantOwnerOf(stored.tenant, grant))
  return toFingerprint(kept?.expose() ?? '')
}

/** The tenant's final state: a vend works, or the grant is dead. Any other state is temporary. */
async function endOf(tenant: string, broker: number): Promise<'refreshed' | 'lost'> {
  let last: { status: number; body: { code?: string } } = { status: 0, body: {} }
  const vend = async () => {
    last = await world.call('GET', `/v1/tenants/${tenant}/token?minValidity=3000`, { broker })
    return last.status
  }
  await expect.poll(vend, { timeout: 60_000, interval: 200, message: tenant }).toBeOneOf([200, 409])
  if (last.status === 409) expect(last.body.code).toBe('reauthorization_required')
  return last.status === 200 ? 'refreshed' : 'lost'
}

/** The calls of the same sign-in as the stored token. */
function familyOf(calls: readonly LoggedRequest[], kept: string): readonly LoggedRequest[] {
  const own = calls.find((call) => call.refreshTokenIssued === kept || call.refreshTokenUsed === kept)
  return calls.filter(({ family }) => own && family === own.family)
}

/** Calls that returned a refresh token that was neither stored nor used. */
function unkeptOf(family: readonly LoggedRequest[], kept: string): readonly LoggedRequest[] {
  const used = new Set(family.map(({ refreshTokenUsed }) => refreshTokenUsed))
  return family.filter(
    ({ outcome, refreshTokenIssued: issued }) => outcome === 'ok' && issued !== kept && !used.has(issued),
  )
}

/** Whether the calling process was killed after the call had started. */
function diedBeforeKeeping(call: LoggedRequest, kills: readonly Kill[]): boolean {
  return kills.some(({ broker, at }) => broker === callerSpanOf(call) && Date.parse(call.at) <= at)
}

test('with a sign-in that ends used tokens, a crash affects only tenants whose new token only the crashed process had', async () => {
  await world.signIn.settings({ latencyMilliseconds: 100 })
  const alive = new Set([0, 1, 2])
  const running = startLoad(world, tenants, alive)
  const kills = await killAndReplace(world, alive, (count) => count >= maxKills)
  await running.stop()
  expect([...running.statuses]).toContain(200)
  expect([...running.statuses].filter((status) => ![200, 409, 503].includes(status))).toEqual([])

  await world.signIn.settings({ latencyMilliseconds: 0, accessTokenSeconds: 3600 })
  letTimePass(world, Number(settings.LEASE_SECONDS))
  await world.addBroker()
  const fresh = world.brokers.length - 1
  const ends = new Map<string, 'refreshed' | 'lost'>()
  for (const tenant of tenants) ends.set(tenant, await endOf(tenant, fresh))

  const calls = await world.refreshCalls()
  for (const [tenant, end] of ends) {
    const kept = await keptBy(tenant)
    const family = familyOf(calls, kept)
    const unkept = unkeptOf(family, kept)
    expect(unkept, `${tenant} ${end}`).toHaveLength(end === 'lost' ? 1 : 0)
    expect(unkept.filter((call) => !diedBeforeKeeping(call, kills))).toEqual([])
    if (end === 'refreshed') expect(new Set(family.map(({ outcome }) => outcome))).toEqual(new Set(['ok']))
  }
  expect(calls.filter((call) => callerSpanOf(call) !== undefined).length).toBeGreaterThanOrEqual(maxKills)
  expect([...ends.values()].filter((end) => end === 'refreshed').length).toBeGreaterThan(0)
}, 180_000)
