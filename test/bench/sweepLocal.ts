import { counted } from '../../scripts/cost/counted.ts'
import { openWorld } from '../end-to-end/world.ts'
import { peakMebibytes, processorSeconds } from './processTime.ts'
import { type Bench, exactly, reported, sum } from './report.ts'
import { createProductionTenants } from './stackTenants.ts'

/** A sweep through the built broker on the whole local stack: the cost of each refresh, and the stack's limits. */
export const sweepLocal: Bench = async ({ quick }) => {
  const count = quick ? 200 : 2000
  const world = await openWorld()
  try {
    await createProductionTenants(world, count)
    const vaults = [world.stack.parts.vault, world.stack.parts.grantVault].map(
      ({ service }) => service.control,
    )
    for (const vault of vaults) vault.clearRequests()
    const tablesLog = world.stack.parts.azurite.service.control.log
    tablesLog.clear()
    const pid = world.brokers[0]!.pid
    const usedBefore = (await processorSeconds(pid)) ?? Number.NaN
    const { status, body: report } = await world.call('POST', '/v1/sweeps', { app: 'demo-operator' })
    if (status !== 200) throw new Error(`The sweep was answered ${status}: ${JSON.stringify(report)}`)
    const tables = tablesLog.counts()
    const vaultOperations = vaults.flatMap((vault) => vault.requests())
    const used = ((await processorSeconds(pid)) ?? Number.NaN) - usedBefore
    const peak = await peakMebibytes(pid)
    const each = Object.entries(tables).map(
      ([operation, times]) => `${operation} ${(times / count).toFixed(2)}`,
    )
    return {
      title: `sweep-local: ${count} tenants due, swept by the built broker on the local stack`,
      ground: `Real: broker, host, Azurite, vaults, sign-in; all on this machine. ${counted.sweepConcurrency} at once.`,
      measurements: [
        exactly('refreshed', report.refreshed, count),
        reported('refreshes a second', (count / (report.durationMilliseconds / 1000)).toFixed(1)),
        reported('processor time a refresh', `${((used / count) * 1000).toFixed(1)} ms`),
        reported('table operations a refresh', (sum(tables) / count).toFixed(2)),
        reported('  by kind', each.join(', ')),
        reported('vault operations a refresh', (vaultOperations.length / count).toFixed(2)),
        reported(
          'most memory of the broker process',
          peak === undefined ? 'unknown' : `${peak.toFixed(0)} MiB`,
        ),
      ],
    }
  } finally {
    await world.close()
  }
}
