import { afterAll, beforeAll, expect, test } from 'vitest'
import { letTimePass } from './letTimePass.ts'
import {
  arrive,
  connectStale,
  expireTokens,
  type Person,
  returnTo,
  type Termination,
  takeAway,
  vend,
  type Way,
  ways,
} from './terminations.ts'
import { openWorld, type World } from './world.ts'

/** Each way and moment once; `TERMINATIONS=200` runs more of them. */
const terminations = Number(process.env.TERMINATIONS ?? 12)
const order = Object.keys(ways) as Way[]
/** Two people redeem a code and refresh their grant once, and three tenants are refreshed. */
const callsPerRound = 7

const leaseSeconds = 30

let world: World

beforeAll(async () => {
  const settings = { LEASE_SECONDS: `${leaseSeconds}`, TOKEN_ENDPOINT_SECONDS: '8', ROW_CACHE_SECONDS: '0' }
  world = await openWorld({ settings: { ...settings, VEND_WAIT_SECONDS: '1' } })
})

afterAll(() => world.close())

const wayOf = (round: number): Way => order[round % order.length] ?? 'killed'

/** The second try of a person whose browser got no answer: reload, or after a crash, the app's link once more. */
async function tryAgain({ end, way }: Termination, person: Person): Promise<void> {
  if (end?.unfinished === 0) {
    const back = await returnTo(person)
    expect([way, back?.searchParams.get('status')]).toEqual([way, 'connected'])
    return
  }
  await world.finish(person.connectUrl, person.username)
}

/** With an order, an instance ends only after its commits, or 4 s. */
function expectInOrder({ end, way }: Termination): void {
  if (way === 'killed') return
  expect(end?.order).toMatch(way === 'hook' ? /^host$/ : /^(host|signal)$/)
  if (end?.unfinished !== 0) expect(end?.waitedMilliseconds).toBeGreaterThanOrEqual(3990)
}

async function expectVends(tenants: readonly string[]): Promise<void> {
  for (const tenant of tenants) expect([tenant, await vend(world, tenant)]).toEqual([tenant, '200'])
}

/** A lease of an instance that crashed ends after 30 s; until then, apps get a `Retry-After`. */
async function expectVendsSoon(tenants: readonly string[]): Promise<void> {
  for (const tenant of tenants)
    await expect.poll(() => vend(world, tenant), { timeout: 60_000, interval: 200 }).toBe('200')
}

test(
  'an instance that is taken away in the middle of connects and refreshes loses nothing, and each second try works',
  async () => {
    const [everyone, leased]: [string[], string[]] = [[], []]
    const ended: Termination[] = []
    for (let round = 0; round < terminations; round++) {
      const [tenants, people] = [await connectStale(world), await arrive(world)]
      // 1, 4, 7, 3, 6, 2, 5: the first few are spread.
      const moment = 1 + ((3 * Math.floor(round / order.length)) % callsPerRound)
      const turn = { way: wayOf(round), next: wayOf(round + 1), moment }
      await world.signIn.settings({ latencyMilliseconds: 100 })
      const termination = await takeAway(world, { people, tenants }, turn)
      await world.signIn.settings({ latencyMilliseconds: 0 })
      ended.push(termination)
      expectInOrder(termination)
      for (const person of people) await tryAgain(termination, person)
      await expectVends(people.map(({ tenant }) => tenant))
      // A crash leaves leases, which end by themselves: these apps try again later.
      if (termination.end?.unfinished !== 0) leased.push(...tenants)
      else await expectVends(tenants)
      everyone.push(...tenants, ...people.map(({ tenant }) => tenant))
    }
    letTimePass(world, leaseSeconds)
    await expectVendsSoon(leased)
    for (const tenant of everyone) {
      const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
      expect([tenant, body.status]).toEqual([tenant, 'connected'])
    }
    const callAll = async () => {
      for (const tenant of everyone) {
        const path = `/v1/tenants/${tenant}/ads/customerManagement/User/Query`
        expect([tenant, (await world.call('POST', path, { body: {} })).status]).toEqual([tenant, 200])
      }
    }
    // Tokens of the current second can be expired only once they have been used.
    await callAll()
    await world.signIn.forget()
    await expireTokens(world)
    await callAll()
    expect((await world.refreshCalls()).length).toBeGreaterThanOrEqual(everyone.length)
    console.log(JSON.stringify(summarize(ended)))
    const codes = new Set(ended.map(({ way, exitCode }) => `${way} ${exitCode}`))
    expect([...codes].toSorted()).toEqual(['both 0', 'hook 0', 'killed null', 'signal 143'])
  },
  60_000 + terminations * 30_000,
)

function summarize(ended: readonly Termination[]) {
  return Object.fromEntries(
    order.map((way) => {
      const own = ended.filter((each) => each.way === way)
      const sum = (of: (each: Termination) => number) => own.reduce((all, each) => all + of(each), 0)
      return [
        way,
        {
          terminations: own.length,
          cut: sum(({ cut }) => cut),
          unfinished: sum(({ end }) => end?.unfinished ?? 0),
        },
      ]
    }),
  )
}
