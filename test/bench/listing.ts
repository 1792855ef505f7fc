import pMap from 'p-map'
import { type Ports, storageConnection } from '../../local/settings.ts'
import type { Config } from '../../shared/config.ts'
import { createTables } from '../../shared/storage/clients.ts'
import { hintOf } from '../../shared/storage/listingHint.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { workspaceIndexEntity } from '../../shared/storage/workspaceIndex.ts'
import { toSummaryView } from '../../shared/tenants/summaryView.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected } from '../simulation/ground.ts'
import { type Bench, type Measurement, reported } from './report.ts'
import { startSeekingTables } from './seekingTables.ts'

const latencyMilliseconds = 20
const pageSize = 200
const mostSeconds = 2

/** Lists a workspace of 10,000 tenants, page after page: in full, and as summaries. */
export const listing: Bench = async ({ quick }) => {
  const count = quick ? 1000 : 10_000
  const service = await startSeekingTables(latencyMilliseconds)
  try {
    const connectionString = storageConnection({ table: service.port, blob: 0, queue: 0 } as Ports)
    const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
    const tables = createTables(config, { getToken: async () => null })
    await writeListed(tables, count)
    const store = createTenantTable(tables)
    const now = new Date()
    const [full, summary] = [
      await secondsToList(count, store.list, (row) => toTenantView(row, now)),
      await secondsToList(count, store.summaries, toSummaryView),
    ]
    return {
      title: `listing: ${count.toLocaleString('en')} tenants of one workspace, ${pageSize} a page`,
      ground: `Real: table store and its SDK, views. Stand-in: tables that seek as the service does, ${latencyMilliseconds} ms a call.`,
      measurements: [
        reported('in full', `${full.toFixed(1)} s`),
        within('view=summary', summary, mostSeconds),
      ],
    }
  } finally {
    await service.stop()
  }
}

function within(what: string, seconds: number, most: number): Measurement {
  return {
    what,
    value: `${seconds.toFixed(2)} s`,
    target: `at most ${most} s`,
    reached: seconds <= most,
  }
}

/** Rows with hints, as after a round of the audit. */
async function writeListed(tables: ReturnType<typeof createTables>, count: number): Promise<void> {
  const write = async (number: number) => {
    const tenant = { ...connected('sealed:x'), workspace: 'agency', tenant: `tenant-${number}` }
    await tables.Tenants.upsertEntity(toTenantEntity(tenant), 'Replace')
    const entity = { ...workspaceIndexEntity(tenant), summary: hintOf(tenant) }
    await tables.TenantsByWorkspace.upsertEntity(entity, 'Merge')
  }
  await pMap(
    Array.from({ length: count }, (_, number) => number),
    write,
    { concurrency: 64 },
  )
}

interface ListedPage<T> {
  readonly tenants: readonly T[]
  readonly continuation?: string
}

type List<T> = (
  workspace: string,
  limit: number,
  continuation?: string,
) => Promise<ListedPage<T> | 'continuation_unknown'>

async function secondsToList<T>(count: number, list: List<T>, show: (row: T) => object): Promise<number> {
  const startedAt = performance.now()
  let [shown, continuation]: [number, string | undefined] = [0, undefined]
  do {
    const page: ListedPage<T> | 'continuation_unknown' = await list('agency', pageSize, continuation)
    if (page === 'continuation_unknown') throw new Error('The continuation is unknown.')
    shown += JSON.parse(JSON.stringify(page.tenants.map(show))).length
    continuation = page.continuation
  } while (continuation)
  if (shown !== count) throw new Error(`${shown} tenants were listed instead of ${count}.`)
  return (performance.now() - startedAt) / 1000
}
