import { TableServiceClient } from '@azure/data-tables'
import { startAzurite } from '../../local/azurite.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'
import { secondsAfter, systemClock } from '../../shared/clock.ts'
import type { Config } from '../../shared/config.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { createTables, type Tables, tableNames } from '../../shared/storage/clients.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { watchMemory } from './liveMemory.ts'
import { type Bench, type Measurement, median, near, notAbove, told } from './report.ts'
import {
  besideStores,
  createFixedTokenEndpoint,
  refreshConfig,
  type TenantGround,
  writeIdleTenants,
  writeTenants,
} from './tenants.ts'

const dueCount = 1000
const sizes = [1000, 10_000, 100_000]
const providerMilliseconds = 100
const rounds = 3

/** What one sweep cost. */
interface Cost {
  readonly reads: number
  readonly milliseconds: number
  /** The part of it that the queries of the due index took: the emulator's, which scans where the service seeks. */
  readonly queryMilliseconds: number
  /** Beyond what lived when it began, MiB. */
  readonly grownMebibytes: number
}

/** A sweep's cost follows what is due, not how many tenants there are. */
export const sweepReads: Bench = async ({ quick }) => {
  const azurite = await startAzurite({ blob: 0, queue: 0, table: 0 })
  try {
    const connection = storageConnection(azurite.ports as Ports)
    const ground = await openGround(connection)
    await measure(ground, 1)
    const costs: (Cost & { readonly size: number })[] = []
    let written = dueCount
    for (const size of sizes.slice(0, quick ? 2 : 3)) {
      await writeIdleTenants(ground.tables, {
        prefix: `idle${size}`,
        count: size - written,
        dueAt: secondsAfter(new Date(), 5 * 86_400),
      })
      written = size
      costs.push({ size, ...(await measure(ground, quick ? 1 : rounds)) })
    }
    return {
      title: `sweep-reads: ${dueCount} due among ${costs.map(({ size }) => size.toLocaleString('en')).join(', ')} tenants`,
      ground: `Real: use cases, table stores, sealer, Azurite. Stand-in: a token endpoint of ${providerMilliseconds} ms. Median of ${quick ? 1 : rounds} sweeps each, ${refreshConfig.sweepConcurrency} at once.`,
      measurements: costs.flatMap((cost) => compare(cost, costs[0]!)),
    }
  } finally {
    await azurite.stop()
  }
}

type Ground = TenantGround & { readonly tables: Tables; readonly operations: Operations }

async function openGround(connectionString: string): Promise<Ground> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true })
  for (const name of tableNames) await service.createTable(name)
  const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
  const tables = createTables(config, { getToken: async () => null })
  return {
    tables,
    tenants: createTenantTable(tables),
    due: createDueTable(tables),
    operations: watchOperations(tables),
  }
}

interface Operations {
  reads: number
  queryMilliseconds: number
}

function watchOperations(tables: Tables): Operations {
  const operations: Operations = { reads: 0, queryMilliseconds: 0 }
  for (const client of Object.values(tables)) {
    client.pipeline.addPolicy({
      name: 'watchOperations',
      async sendRequest(request, next) {
        const startedAt = performance.now()
        const response = await next(request)
        if (request.method === 'GET') operations.reads++
        if (request.url.includes('filter=')) operations.queryMilliseconds += performance.now() - startedAt
        return response
      },
    })
  }
  return operations
}

/** Arms the same tenants for each sweep, and takes the middle of each cost. */
async function measure(ground: Ground, times: number): Promise<Cost> {
  const costs: Cost[] = []
  for (let time = 0; time < times; time++) {
    await writeTenants(ground, {
      prefix: 'due',
      count: dueCount,
      dueAt: secondsAfter(new Date(), -time - 60),
    })
    costs.push(await sweepOnce(ground))
  }
  return {
    reads: median(costs.map(({ reads }) => reads)),
    milliseconds: median(costs.map(({ milliseconds }) => milliseconds)),
    queryMilliseconds: median(costs.map(({ queryMilliseconds }) => queryMilliseconds)),
    grownMebibytes: median(costs.map(({ grownMebibytes }) => grownMebibytes)),
  }
}

async function sweepOnce({ tenants, due, operations }: Ground): Promise<Cost> {
  const dependencies = {
    ...besideStores(createFixedTokenEndpoint(providerMilliseconds)),
    tenants,
    due,
    clock: systemClock,
    config: refreshConfig,
  }
  const refresher = createRefresher(dependencies)
  Object.assign(operations, { reads: 0, queryMilliseconds: 0 })
  const memory = watchMemory(1000)
  const { report } = await sweep({ ...dependencies, refresher })
  const looks = memory.stop()
  if (report.refreshed !== dueCount) throw new Error(`The sweep ended as ${JSON.stringify(report)}`)
  const { reads, queryMilliseconds } = operations
  const grownMebibytes = Math.max(...looks) - looks[0]!
  return { reads, milliseconds: report.durationMilliseconds, queryMilliseconds, grownMebibytes }
}

function compare(cost: Cost & { readonly size: number }, first: Cost): Measurement[] {
  const among = `among ${cost.size.toLocaleString('en')}`
  const figures = [
    told(
      `${among}: table reads, time, of it queries, heap growth`,
      `${cost.reads}, ${(cost.milliseconds / 1000).toFixed(1)} s, ${(cost.queryMilliseconds / 1000).toFixed(1)} s, ${cost.grownMebibytes.toFixed(1)} MiB`,
    ),
  ]
  if (cost.size === sizes[0]) return figures
  const ownTime = ({ milliseconds, queryMilliseconds }: Cost) => milliseconds - queryMilliseconds
  return [
    ...figures,
    near(`  reads : reads among ${sizes[0]}`, cost.reads / first.reads, 0.05),
    notAbove(`  time : time among ${sizes[0]}`, cost.milliseconds / first.milliseconds, 0.15),
    told('  the same without the due queries', (ownTime(cost) / ownTime(first)).toFixed(3)),
    told('  heap growth beside the first, MiB', (cost.grownMebibytes - first.grownMebibytes).toFixed(1)),
  ]
}
