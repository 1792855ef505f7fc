import { setTimeout as pause } from 'node:timers/promises'
import { openWorld, type World } from '../end-to-end/world.ts'
import { type Bench, type Measurement, median, notAbove, percentile, reported } from './report.ts'
import { createProductionTenants } from './stackTenants.ts'
import { startVendLoad, type VendLoad } from './vendLoad.ts'

const quietMilliseconds = 2000

/**
 * Vends of a process that sweeps beside vends of one that doesn't, on the same stack at the same time, so that other load
 * on the machine affects both sides equally.
 */
export const sweepBesideVends: Bench = async ({ quick }) => {
  const { rounds, due } = quick ? { rounds: 3, due: 200 } : { rounds: 7, due: 400 }
  const world = await openWorld({ brokers: 2 })
  try {
    const load = await startVendLoad(await prepareTargets(world))
    try {
      // The first one warms up.
      await measureRound(world, load, due)
      const measured: Round[] = []
      for (let round = 0; round < rounds; round++) measured.push(await measureRound(world, load, due))
      return {
        title: 'sweep-beside-vends: warm vends of a process that sweeps, beside those of one that doesn’t',
        ground: `Real: broker, host, Azurite, vaults, sign-in; all on this machine, without latency. Medians of ${rounds} rounds with ${due} tenants due.`,
        measurements: describe(measured, due),
      }
    } finally {
      await load.stop()
    }
  } finally {
    await world.close()
  }
}

async function prepareTargets(world: World) {
  const path = `/v1/tenants/${await world.connected()}/token`
  const authorization = `Bearer ${await world.stack.callerToken()}`
  // Without one, the host starts its own trace each time, which is sampled.
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
  return world.brokers.map(({ origin }) => ({ url: origin + path, headers: { authorization, traceparent } }))
}

interface Round {
  readonly quiet: readonly (readonly number[])[]
  readonly swept: readonly (readonly number[])[]
  readonly seconds: number
}

async function measureRound(world: World, load: VendLoad, due: number): Promise<Round> {
  await createProductionTenants(world, due)
  await load.take()
  await pause(quietMilliseconds)
  const quiet = await load.take()
  const { body: report } = await world.call('POST', '/v1/sweeps', { app: 'demo-operator', broker: 0 })
  const swept = await load.take()
  if (report.refreshed !== due) throw new Error(`The sweep ended with ${JSON.stringify(report)}.`)
  return { quiet, swept, seconds: report.durationMilliseconds / 1000 }
}

function describe(rounds: readonly Round[], due: number): Measurement[] {
  const latency = (share: number, when: 'quiet' | 'swept', side: 0 | 1) =>
    median(rounds.map((round) => percentile(round[when][side] ?? [], share)))
  const listed = (share: number) =>
    [latency(share, 'swept', 0), latency(share, 'swept', 1), latency(share, 'quiet', 0)]
      .map((milliseconds) => milliseconds.toFixed(1))
      .join(', ')
  return [
    notAbove(
      'p99, of the process that sweeps to the other',
      latency(0.99, 'swept', 0) / latency(0.99, 'swept', 1),
      1,
    ),
    reported('  p99: sweeping, the other at the same time, before the sweep (ms)', listed(0.99)),
    reported('  p50: the same', listed(0.5)),
    reported('refreshes a second', median(rounds.map(({ seconds }) => due / seconds)).toFixed(1)),
    reported(
      'vends a round and process',
      median(rounds.map(({ swept }) => swept[0]?.length ?? 0)).toFixed(0),
    ),
  ]
}
