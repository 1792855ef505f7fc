import autocannon from 'autocannon'
import pMap from 'p-map'
import { type Ports, storageConnection } from '../../local/settings.ts'
import { openBroker } from '../../scripts/commandLine.ts'
import { createBroker } from '../../shared/broker.ts'
import { addSeconds } from '../../shared/clock.ts'
import { parseConfig } from '../../shared/config.ts'
import { sealContextOf } from '../../shared/domain/sealer.ts'
import { Secret } from '../../shared/secret.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { peakMebibytes } from './processTime.ts'
import { atLeast, type Bench, type Measurement, reported } from './report.ts'
import { startSeekingTables } from './seekingTables.ts'

const tenantCounts = [1, 100, 5000, 50_000]
const connections = 50
/** Compared with one tenant, while all of them fit into 30 s of answers from memory. */
const leastOfOne = 0.8
/** A memory for a tenth of 50,000 tenants, and how much faster it must be to remember them all. */
const [smallMemoryBytes, leastOfSmall] = [19_000_000, 1.1]
/** The length of Microsoft's tokens. */
const tokenCharacters = 1500

/**
 * Vends a second when 1, 100, 5,000, and 50,000 tenants are active. A row is read again after `ROW_CACHE_SECONDS`, so
 * 50,000 tenants cost 1,667 reads a second, and their vends are measured for longer than that.
 */
export const growth: Bench = async ({ quick }) => {
  const counts = quick ? tenantCounts.slice(0, 3) : tenantCounts
  const [world, service] = await Promise.all([openWorld(), startSeekingTables()])
  try {
    const own = {
      TABLES_CONNECTION_STRING: storageConnection({ table: service.port, blob: 0, queue: 0 } as Ports),
    }
    await writeActiveTenants(world, own, counts.at(-1)!)
    return {
      title: 'growth: vends of many active tenants',
      ground: `Real: broker, host, bearer token. Stand-in: tables that seek as the service does. ${connections} connections, which ask for the tenants in turn.`,
      measurements: await measure(world, own, counts),
    }
  } finally {
    await Promise.all([world.close(), service.stop()])
  }
}

async function measure(
  world: World,
  own: Record<string, string>,
  counts: readonly number[],
): Promise<Measurement[]> {
  const { origin, pid } = await world.addBroker(own)
  const small = await world.addBroker({ ...own, TOKEN_MEMORY_BYTES: String(smallMemoryBytes) })
  const measurements: Measurement[] = []
  let first = 0
  for (const count of counts) {
    const asking = { authorization: `Bearer ${await world.stack.callerToken()}`, count }
    const perSecond = await vendInTurn({ ...asking, origin })
    first ||= perSecond
    const what = `vends a second, ${count.toLocaleString('en')} active`
    measurements.push(reported(what, perSecond.toFixed(0)))
    if (count === 50_000) {
      const forgetful = await vendInTurn({ ...asking, origin: small.origin })
      measurements.push(reported('  with a memory for 5,000', forgetful.toFixed(0)))
      measurements.push(atLeast('  compared with that', perSecond / forgetful, leastOfSmall))
    } else if (count > 1) measurements.push(atLeast('  compared with one', perSecond / first, leastOfOne))
  }
  const peak = pid && (await peakMebibytes(pid))
  return peak
    ? [...measurements, reported('most memory of the process', `${peak.toFixed(0)} MiB`)]
    : measurements
}

/** Writes tenants that all descend from one sign-in, each with a sealed token of its own. */
async function writeActiveTenants(world: World, own: Record<string, string>, count: number): Promise<void> {
  const name = { workspace: 'demo', tenant: await world.connected() }
  Object.assign(process.env, world.stack.settings())
  const { sealer, tenants } = await openBroker(undefined)
  const { tables } = createBroker(parseConfig({ ...process.env, ...own }))
  const first = (await tenants.read(name))?.tenant
  if (!first?.grant) throw new Error('The first tenant has no grant.')
  const now = new Date()
  const write = async (number: number) => {
    const tenant = { ...first, tenant: `active-${number}`, lastVendedAt: now }
    const text = new Secret(`token-${number}-`.padEnd(tokenCharacters, 'x'))
    const sealed = await sealer.seal(text, sealContextOf(tenant, first.grant?.id, 'access_token'))
    const accessToken = { sealed, refreshedAt: now, expiresAt: addSeconds(now, 7200) }
    await tables.Tenants.upsertEntity(toTenantEntity({ ...tenant, accessToken }), 'Replace')
  }
  await pMap(
    Array.from({ length: count }, (_, number) => number),
    write,
    { concurrency: 32 },
  )
}

interface Asking {
  readonly origin: string
  readonly authorization: string
  readonly count: number
}

/** Asks for every tenant once, and then measures. */
async function vendInTurn({ origin, authorization, count }: Asking): Promise<number> {
  let next = 0
  const setupRequest = (request: object) => ({
    ...request,
    path: `/v1/tenants/active-${next++ % count}/token`,
  })
  const load = async (amount: { amount: number } | { duration: number }) => {
    const requests = [{ method: 'GET', headers: { authorization }, setupRequest }] as const
    const result = await autocannon({ url: origin, connections, ...amount, requests: [...requests] })
    if (result.non2xx > 0 || result.errors > 0)
      throw new Error(`${result.non2xx} other answers and ${result.errors} errors`)
    return result['2xx'] / result.duration
  }
  await load({ amount: Math.max(count, 5000) })
  return load({ duration: count < 50_000 ? 10 : 45 })
}
