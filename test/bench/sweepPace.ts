import { addSeconds, systemClock } from '../../shared/clock.ts'
import type { Sealer } from '../../shared/domain/sealer.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { agreedClock } from '../simulation/agreedClock.ts'
import { watchMemory } from './liveMemory.ts'
import { createMemoryStores } from './memoryStores.ts'
import { type Bench, median, near, notAbove, reported } from './report.ts'
import { besideStores, createFixedTokenEndpoint, refreshConfig, writeTenants } from './tenants.ts'

/** All seals are one text, so that rows are as large after their refresh as before it, and what grows is the sweep's. */
const constantSealer: Sealer = { seal: async () => 'sealed', open: async () => new Secret('opened') }

const concurrency = 64
const providerMilliseconds = 50

/**
 * All tenants due at once: the sweep keeps the pace that its concurrency limit allows, and its memory stays constant.
 */
export const sweepPace: Bench = async ({ quick }) => {
  const count = quick ? 10_000 : 100_000
  const stores = createMemoryStores()
  await writeTenants(stores, {
    prefix: 'due',
    count,
    dueAt: addSeconds(new Date(), -60),
    sealedBy: constantSealer,
  })
  const dependencies = {
    ...besideStores(createFixedTokenEndpoint(providerMilliseconds), constantSealer),
    ...stores,
    clock: agreedClock(systemClock),
    config: { ...refreshConfig, sweepConcurrency: concurrency },
  }
  const refresher = createRefresher(dependencies)
  const expectedMilliseconds = (count / concurrency) * providerMilliseconds
  const memory = watchMemory(expectedMilliseconds / 9)
  const { report } = await sweep({ ...dependencies, refresher })
  const looks = memory.stop()
  if (report.refreshed !== count) throw new Error(`The sweep ended as ${JSON.stringify(report)}`)
  const third = Math.floor(looks.length / 3)
  const [early, late] = [median(looks.slice(0, third)), median(looks.slice(-third))]
  return {
    title: `sweep-pace: ${count.toLocaleString('en')} tenants, all due`,
    ground: `Real: use cases. Stand-ins: stores in memory, no encryption, a token endpoint of ${providerMilliseconds} ms. ${concurrency} at once.`,
    measurements: [
      near('time : tenants ÷ concurrency × latency', report.durationMilliseconds / expectedMilliseconds, 0.2),
      reported('  time', `${(report.durationMilliseconds / 1000).toFixed(1)} s`),
      notAbove('live memory, last third : first third (rows of constant size included)', late / early, 0.1),
      reported('  live memory, first third, last third', `${early.toFixed(0)} MiB, ${late.toFixed(0)} MiB`),
    ],
  }
}
