import autocannon from 'autocannon'
import { openWorld, type World } from '../end-to-end/world.ts'
import { type Loaded, type LoadTarget, load } from './httpLoad.ts'
import { noopSettings, startNoopHost, writeBrokerBesideNoop } from './noopHost.ts'
import { atLeast, type Bench, type Measurement, median, reported, sum } from './report.ts'

const connectionCounts = [1, 16, 64]
/** Compared with a function that only returns a prepared answer. */
const minRatio = 0.85
/**
 * After this time under load, young memory has grown to its final size; before that, one side would pay more for it.
 */
const warmUpSeconds = 8

/**
 * Requests per second of a warm vend compared with a no-op function that returns the same bytes: one in the
 * broker's own host, and one alone in its own host.
 */
export const warmVend: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const vend = await prepareVend(world)
    const operations = await countOperations(world, vend)
    const app = await writeBrokerBesideNoop()
    const { origin, pid } = await world.addBroker(noopSettings(vend.answer), app.folder)
    const alone = await startNoopHost(vend.answer)
    try {
      const sides = {
        vend: { ...vend, origin, pid },
        noop: { ...vend, origin, pid, path: vend.path.replace(/token$/, 'noop') },
        alone: { ...vend, ...alone },
      }
      const rounds = quick ? { count: 3, seconds: 1 } : { count: 7, seconds: 2 }
      for (const side of Object.values(sides)) await load(side, 16, warmUpSeconds)
      return {
        title: 'warm-vend: a vend from memory beside a function that does nothing',
        ground: `Real: broker, host, bearer token. The no-op is a function of the same host, with the same headers and ${vend.answer.body.length} bytes; another one is alone in a host of its own. Rounds: ${rounds.count} of ${rounds.seconds} s each, A B C A B C.`,
        measurements: [
          ...(await compare(sides, rounds, { sampled: false })),
          ...(await compare(sides, rounds, { sampled: true })),
          ...operations,
        ],
      }
    } finally {
      await Promise.all([alone.stop(), app.remove()])
    }
  } finally {
    await world.close()
  }
}

async function prepareVend(world: World) {
  const tenant = await world.connected()
  const path = `/v1/tenants/${tenant}/token`
  const headers = { authorization: `Bearer ${await world.stack.callerToken()}` }
  const answer = await fetch(world.origin + path, { headers })
  if (answer.status !== 200) throw new Error(`The vend answered ${answer.status}: ${await answer.text()}`)
  const ofTheConnection = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']
  const kept = [...answer.headers].filter(([name]) => !ofTheConnection.includes(name))
  return {
    origin: world.origin,
    path,
    headers,
    answer: { headers: Object.fromEntries(kept), body: await answer.text() },
  }
}

/**
 * Interleaved, so that other load on the machine affects both sides equally. The broker measures every vend; for a
 * sampled one, it also records and sends a span, unlike the no-op function.
 */
async function compare(
  sides: Readonly<Record<'vend' | 'noop' | 'alone', LoadTarget>>,
  rounds: { readonly count: number; readonly seconds: number },
  { sampled }: { readonly sampled: boolean },
): Promise<Measurement[]> {
  const unsampled = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' }
  // Without one, the host starts its own trace each time, which is sampled.
  const run = (side: LoadTarget, connections: number, seconds: number) =>
    load({ ...side, headers: { ...side.headers, ...(!sampled && unsampled) } }, connections, seconds)
  const measurements: Measurement[] = []
  for (const connections of connectionCounts) {
    for (const side of Object.values(sides)) await run(side, connections, 1)
    const found: Round[] = []
    for (let round = 0; round < rounds.count; round++) {
      const vend = await run(sides.vend, connections, rounds.seconds)
      const noop = await run(sides.noop, connections, rounds.seconds)
      found.push({ vend, noop, alone: await run(sides.alone, connections, rounds.seconds) })
    }
    measurements.push(...describeLoads(found, connections, sampled))
  }
  return measurements
}

type Round = Readonly<Record<'vend' | 'noop' | 'alone', Loaded>>

function describeLoads(found: readonly Round[], connections: number, sampled: boolean): Measurement[] {
  const ratioTo = (side: 'noop' | 'alone') =>
    median(found.map((each) => each.vend.perSecond / each[side].perSecond))
  const listed = (number: (loaded: Loaded) => number) =>
    (['vend', 'noop', 'alone'] as const)
      .map((side) => median(found.map((each) => number(each[side]))).toFixed(0))
      .join(', ')
  const name = `${connections} connection${connections === 1 ? '' : 's'}${sampled ? ', each traced' : ''}`
  const what = `vend : no-op of the same host, requests a second, ${name}`
  return [
    sampled ? reported(what, ratioTo('noop').toFixed(2)) : atLeast(what, ratioTo('noop'), minRatio),
    reported('  vend : no-op alone in a host', ratioTo('alone').toFixed(2)),
    reported(
      '  requests a second: vend, no-op, alone',
      listed(({ perSecond }) => perSecond),
    ),
    reported(
      '  µs of processor time a request: vend, no-op, alone',
      listed(({ microseconds }) => microseconds),
    ),
  ]
}

/** The operations of a thousand vends outside the process: first the warm ones, then one that must refresh. */
async function countOperations(
  world: World,
  warm: Pick<LoadTarget, 'origin' | 'path' | 'headers'>,
): Promise<Measurement[]> {
  const started = await takeOperations(world, async () => {
    await autocannon({ url: warm.origin + warm.path, headers: warm.headers, connections: 16, amount: 1000 })
  })
  const stale = await world.connectedStale()
  const refreshed = await takeOperations(world, async () => {
    await world.call('GET', `/v1/tenants/${stale}/token`)
  })
  return [
    reported('operations a thousand warm vends', describe(started)),
    reported('operations of one vend that refreshes', describe(refreshed)),
    reported('  its table operations', list(refreshed.tables)),
  ]
}

interface Operations {
  readonly tables: Readonly<Record<string, number>>
  readonly vault: number
  readonly tokenEndpoint: number
}

async function takeOperations(world: World, work: () => Promise<void>): Promise<Operations> {
  const vaults = [world.stack.parts.vault, world.stack.parts.grantVault].map(({ service }) => service.control)
  for (const vault of vaults) vault.clearRequests()
  await world.signIn.forget()
  const tablesLog = world.stack.parts.azurite.service.control.log
  tablesLog.clear()
  await work()
  return {
    tables: tablesLog.counts(),
    vault: vaults.reduce((count, vault) => count + vault.requests().length, 0),
    tokenEndpoint: (await world.refreshCalls()).length,
  }
}

function describe({ tables, vault, tokenEndpoint }: Operations): string {
  return `tables ${sum(tables)}, vault ${vault}, token endpoint ${tokenEndpoint}`
}

function list(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([operation, count]) => (count === 1 ? operation : `${count} × ${operation}`))
    .join(', ')
}
