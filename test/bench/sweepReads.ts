import { type Ports, storageConnection } from '../../local/settings.ts'
import { addSeconds, systemClock } from '../../shared/clock.ts'
import type { Config } from '../../shared/config.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { createTables, type Tables } from '../../shared/storage/clients.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { agreedClock } from '../simulation/agreedClock.ts'
import { watchMemory } from './liveMemory.ts'
import { type Bench, type Measurement, median, near, notAbove, reported } from './report.ts'
import { startSeekingTables } from './seekingTables.ts'
import { besideStores, createFixedTokenEndpoint, refreshConfig, writeRows } from './tenants.ts'

const dueCount = 1000
const sizes = [1000, 10_000, 100_000]
const providerMilliseconds = 100
const rounds = 3
/** Tokens of tenants that aren't due are never read, and short ones are written faster. */
const idleTokenCharacters = 10

/** The cost of one sweep. */
interface Cost {
  readonly reads: number
  readonly milliseconds: number
  /** The largest live heap, in MiB. */
  readonly peakMebibytes: number
}

/** A sweep's cost depends on the due tenants, not on the number of tenants. */
export const sweepReads: Bench = async ({ quick }) => {
  const service = await startSeekingTables()
  try {
    const connection = storageConnection({ table: service.port, blob: 0, queue: 0 } as Ports)
    const chosen = sizes.slice(0, quick ? 2 : 3)
    const grounds = chosen.map((size) => openGround(connection, size))
    for (const ground of grounds) await writeIdle(ground)
    // The first sweep of a process is slower.
    await sweepOnce(grounds[0]!, 0)
    const looks: Cost[][] = grounds.map(() => [])
    // In turn, so that other load on the machine affects all sizes equally.
    for (let round = 1; round <= (quick ? 1 : rounds); round++) {
      for (const [index, ground] of grounds.entries()) looks[index]?.push(await sweepOnce(ground, round))
    }
    const costs = looks.map((costs, index) => ({ size: chosen[index]!, ...middleOf(costs) }))
    return {
      title: `sweep-reads: ${dueCount} due among ${costs.map(({ size }) => size.toLocaleString('en')).join(', ')} tenants`,
      ground: `Real: use cases, table stores and their SDK, sealer. Stand-ins: tables that seek as the service does, in a thread of their own; a token endpoint of ${providerMilliseconds} ms. Median of ${quick ? 1 : rounds} sweeps each, ${refreshConfig.sweepConcurrency} at once.`,
      measurements: costs.flatMap((cost) => compare(cost, costs[0]!)),
    }
  } finally {
    await service.stop()
  }
}

interface Ground {
  readonly size: number
  readonly tables: Tables
  readonly operations: { reads: number }
}

/** Separate tables for each size, in one service. */
function openGround(connectionString: string, size: number): Ground {
  const config = {
    allowInsecureLoopback: true,
    tables: { connectionString, prefix: `among${size}` },
  } as Config
  const tables = createTables(config, { getToken: async () => null })
  const operations = { reads: 0 }
  for (const client of Object.values(tables)) {
    client.pipeline.addPolicy({
      name: 'countReads',
      async sendRequest(request, next) {
        if (request.method === 'GET') operations.reads++
        return next(request)
      },
    })
  }
  return { size, tables, operations }
}

function writeIdle({ tables, size }: Ground): Promise<void> {
  return writeRows(tables, {
    prefix: 'idle',
    count: size - dueCount,
    dueAt: addSeconds(new Date(), 5 * 86_400),
    characters: idleTokenCharacters,
  })
}

function middleOf(costs: readonly Cost[]): Cost {
  const middle = (cost: (of: Cost) => number) => median(costs.map(cost))
  return {
    reads: middle(({ reads }) => reads),
    milliseconds: middle(({ milliseconds }) => milliseconds),
    peakMebibytes: middle(({ peakMebibytes }) => peakMebibytes),
  }
}

/** Makes the same tenants due for each sweep. */
async function sweepOnce({ tables, operations }: Ground, round: number): Promise<Cost> {
  const dueAt = addSeconds(new Date(), -round - 60)
  await writeRows(tables, { prefix: 'due', count: dueCount, dueAt })
  const dependencies = {
    ...besideStores(createFixedTokenEndpoint(providerMilliseconds)),
    tenants: createTenantTable(tables),
    due: createDueTable(tables),
    clock: agreedClock(systemClock),
    config: refreshConfig,
  }
  const refresher = createRefresher(dependencies)
  operations.reads = 0
  const memory = watchMemory(1000)
  const { report } = await sweep({ ...dependencies, refresher })
  const looks = memory.stop()
  if (report.refreshed !== dueCount) throw new Error(`The sweep ended as ${JSON.stringify(report)}`)
  const { reads } = operations
  return { reads, milliseconds: report.durationMilliseconds, peakMebibytes: Math.max(...looks) }
}

function compare(cost: Cost & { readonly size: number }, first: Cost): Measurement[] {
  const among = `among ${cost.size.toLocaleString('en')}`
  const figures = [
    reported(
      `${among}: table reads, time, most live memory`,
      `${cost.reads}, ${(cost.milliseconds / 1000).toFixed(1)} s, ${cost.peakMebibytes.toFixed(1)} MiB`,
    ),
  ]
  if (cost.size === sizes[0]) return figures
  const beside = `among ${sizes[0]}`
  return [
    ...figures,
    near(`  reads : reads ${beside}`, cost.reads / first.reads, 0.05),
    notAbove(`  time : time ${beside}`, cost.milliseconds / first.milliseconds, 0.15),
    notAbove(`  live memory : live memory ${beside}`, cost.peakMebibytes / first.peakMebibytes, 0.05),
  ]
}
