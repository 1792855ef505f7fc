import { openWorld, type World } from '../end-to-end/world.ts'
import { startNoopHost } from './noopHost.ts'
import { type Bench, type Measurement, median, notAbove, reported } from './report.ts'

/** A round trip to storage or a vault; the second is far for one region. */
const latencies = [0, 30]

/** From a process's start to its first vend, beside a function that does nothing in a host of its own. */
export const firstVend: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const call = await prepareCall(world)
    const rounds = quick ? 3 : 9
    const measurements: Measurement[] = []
    for (const latency of latencies) {
      setLatency(world, latency)
      measurements.push(...(await compare(world, call, { rounds, latency })))
    }
    return {
      title: 'first-vend: from a process’s start to its first answer',
      ground: `Real: broker, host, bearer token, the clients of storage and vault. Rounds: ${rounds}, A B A B.`,
      measurements,
    }
  } finally {
    await world.close()
  }
}

interface Call {
  readonly path: string
  readonly headers: Record<string, string>
}

async function prepareCall(world: World): Promise<Call> {
  const tenant = await world.connected()
  const headers = { authorization: `Bearer ${await world.stack.callerToken()}` }
  return { path: `/v1/tenants/${tenant}/token`, headers }
}

function setLatency(world: World, milliseconds: number): void {
  const { azurite, vault, grantVault } = world.stack.parts
  for (const { service } of [azurite, vault, grantVault])
    service.control.settings.latencyMilliseconds = milliseconds
}

async function compare(
  world: World,
  call: Call,
  { rounds, latency }: { readonly rounds: number; readonly latency: number },
): Promise<Measurement[]> {
  const found: { readonly broker: number; readonly empty: number }[] = []
  for (let round = 0; round < rounds; round++)
    found.push({ broker: await timeBroker(world, call), empty: await timeEmpty(call) })
  const ratio = median(found.map(({ broker, empty }) => broker / empty))
  const [broker, empty] = (['broker', 'empty'] as const).map((side) =>
    median(found.map((each) => each[side])).toFixed(0),
  )
  const what = `first vend : first answer of a function that does nothing, storage ${latency} ms away`
  return [
    latency === 0 ? notAbove(what, ratio, 0.25) : reported(what, ratio.toFixed(2)),
    reported('  from the start, median', `${broker} ms, ${empty} ms`),
  ]
}

async function timeBroker(world: World, call: Call): Promise<number> {
  const startedAt = performance.now()
  const broker = await world.addBroker()
  await answer(broker.origin, call)
  const milliseconds = performance.now() - startedAt
  await broker.stop()
  return milliseconds
}

async function timeEmpty(call: Call): Promise<number> {
  const startedAt = performance.now()
  const host = await startNoopHost({ headers: {}, body: '{}' })
  await answer(host.origin, call)
  const milliseconds = performance.now() - startedAt
  await host.stop()
  return milliseconds
}

async function answer(origin: string, { path, headers }: Call): Promise<void> {
  const response = await fetch(origin + path, { headers })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
}
