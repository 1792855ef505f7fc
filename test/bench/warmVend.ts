import autocannon from 'autocannon'
import { openWorld, type World } from '../end-to-end/world.ts'
import { startNoopHost } from './noopHost.ts'
import { processorSeconds } from './processTime.ts'
import { atLeast, type Bench, type Measurement, median, told } from './report.ts'
import { startTableProxy, sum, type TableProxy } from './tableProxy.ts'

const connectionCounts = [1, 16, 64]
/** Of a function that only gives back a prepared answer. */
const leastRatio = 0.85

/** Requests a second of a warm vend beside a function that does nothing and gives back the same bytes. */
export const warmVend: Bench = async ({ quick }) => {
  const proxy = await startTableProxy()
  const world = await openWorld({ settings: { TABLES_CONNECTION_STRING: proxy.connectionString } })
  proxy.connect(world.stack.ports.table)
  try {
    const vend = await prepareVend(world)
    const operations = await countOperations(world, proxy, vend)
    const noop = await startNoopHost(vend.answer)
    try {
      const sides = { vend: { ...vend, pid: world.brokers[0]!.pid }, noop: { ...vend, ...noop } }
      const rounds = quick ? { count: 3, seconds: 1 } : { count: 7, seconds: 3 }
      return {
        title: 'warm-vend: a vend from memory beside a function that does nothing',
        ground: `Real: broker, host, bearer token. Same host, route, headers and ${vend.answer.body.length} bytes. Rounds: ${rounds.count} of ${rounds.seconds} s each, A B A B.`,
        measurements: [
          ...(await compare(sides, rounds, { sampled: false })),
          ...(await compare(sides, rounds, { sampled: true })),
          ...operations,
        ],
      }
    } finally {
      await noop.stop()
    }
  } finally {
    await world.close()
    await proxy.stop()
  }
}

interface Side {
  readonly origin: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly pid: number
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
 * Interleaved, so that whatever else the machine does strikes both sides alike. The broker measures every vend; of a
 * sampled one it also records and sends a span, which the function that does nothing does not.
 */
async function compare(
  bare: { readonly vend: Side; readonly noop: Side },
  rounds: { readonly count: number; readonly seconds: number },
  { sampled }: { readonly sampled: boolean },
): Promise<Measurement[]> {
  const unsampled = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' }
  // Without one the host begins a trace of its own each time, which is sampled.
  const traceless = (side: Side): Side => ({
    ...side,
    headers: { ...side.headers, ...(!sampled && unsampled) },
  })
  const [vend, noop] = [traceless(bare.vend), traceless(bare.noop)]
  const measurements: Measurement[] = []
  for (const connections of connectionCounts) {
    await load(vend, connections, 1)
    await load(noop, connections, 1)
    const pairs = []
    for (let round = 0; round < rounds.count; round++) {
      const a = await load(vend, connections, rounds.seconds)
      pairs.push({ a, b: await load(noop, connections, rounds.seconds) })
    }
    const name = `${connections} connection${connections === 1 ? '' : 's'}${sampled ? ', each traced' : ''}`
    const ratio = median(pairs.map(({ a, b }) => a.perSecond / b.perSecond))
    const [vends, noops] = [
      median(pairs.map(({ a }) => a.perSecond)),
      median(pairs.map(({ b }) => b.perSecond)),
    ]
    measurements.push(
      sampled
        ? told(`vend : no-op, requests a second, ${name}`, ratio.toFixed(2))
        : atLeast(`vend : no-op, requests a second, ${name}`, ratio, leastRatio),
      told(`  vend, no-op`, `${vends.toFixed(0)}/s, ${noops.toFixed(0)}/s`),
      told(
        '  processor time of the server a request',
        `${median(pairs.map(({ a }) => a.microseconds)).toFixed(0)} µs, ${median(pairs.map(({ b }) => b.microseconds)).toFixed(0)} µs`,
      ),
    )
  }
  return measurements
}

async function load({ origin, path, headers, pid }: Side, connections: number, seconds: number) {
  const before = await processorSeconds(pid)
  const result = await autocannon({ url: origin + path, headers, connections, duration: seconds })
  const after = await processorSeconds(pid)
  const answered = result['2xx']
  if (result.non2xx > 0 || result.errors > 0 || answered === 0) {
    throw new Error(`${origin}: ${answered} good answers, ${result.non2xx} others, ${result.errors} errors`)
  }
  const used = before === undefined || after === undefined ? Number.NaN : after - before
  return { perSecond: answered / result.duration, microseconds: (used / answered) * 1e6 }
}

/** What a thousand vends cost outside the process: first the warm ones, then one that must refresh. */
async function countOperations(
  world: World,
  proxy: TableProxy,
  warm: Pick<Side, 'origin' | 'path' | 'headers'>,
): Promise<Measurement[]> {
  const started = await takeOperations(world, proxy, async () => {
    await autocannon({ url: warm.origin + warm.path, headers: warm.headers, connections: 16, amount: 1000 })
  })
  const stale = await world.connectedStale()
  const refreshed = await takeOperations(world, proxy, async () => {
    await world.call('GET', `/v1/tenants/${stale}/token`)
  })
  return [
    told('operations a thousand warm vends', describe(started)),
    told('operations of one vend that refreshes', describe(refreshed)),
    told('  its table operations', list(refreshed.tables)),
  ]
}

interface Operations {
  readonly tables: Readonly<Record<string, number>>
  readonly vault: number
  readonly tokenEndpoint: number
}

async function takeOperations(
  world: World,
  proxy: TableProxy,
  work: () => Promise<void>,
): Promise<Operations> {
  const vaults = [world.stack.parts.vault, world.stack.parts.grantVault].map(({ service }) => service.control)
  for (const vault of vaults) vault.clearRequests()
  await world.signIn.forget()
  proxy.takeCounts()
  await work()
  return {
    tables: proxy.takeCounts(),
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
