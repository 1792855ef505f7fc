import * as z from 'zod'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { SweepReports } from '../domain/sweepReports.ts'
import { type SweepDependencies, type SweepOptions, type SweepResult, sweep } from '../refresh/sweep.ts'
import { type AuditDependencies, auditDueRows } from './audit.ts'
import { type ExpiryDependencies, watchExpiry } from './expiry.ts'

/** The queue of shards that a sweep hands over, in the storage account of the Functions host. */
export const refreshChunksQueue = 'refresh-chunks'

/** Dependencies of a sweep and of its housekeeping. */
export interface RunSweepDependencies extends ExpiryDependencies {
  readonly sweeping: SweepDependencies
  readonly sweeps: Pick<SweepReports, 'write'>
  readonly records: Pick<OneTimeRecords, 'removeExpired'>
  readonly tenantPages: AuditDependencies['pages']
}

/** What a sweep did, as `/ready` and `POST /v1/sweeps` answer it. */
export const sweepReport = z.object({
  startedAt: z.iso.datetime(),
  due: z.int(),
  refreshed: z.int(),
  passedOn: z.int(),
  failed: z.record(z.string(), z.int()),
  handedOverShards: z.int(),
  leftOver: z.int(),
  unreadShards: z.int(),
  durationMilliseconds: z.int(),
  oldestOverdueSeconds: z.int(),
  holds: z
    .array(z.string())
    // A package that is rolled back to, or a report that it wrote, has none.
    .default([])
    .describe('What is on hold, each as `environment:identityProvider`.'),
})

/**
 * Runs a whole sweep, remembers it for `/ready`, clears away what connecting left behind and has expired, and looks
 * once a day at when the broker's own secrets expire, and at some tenants for a due row that was lost.
 */
export async function runSweep(
  dependencies: RunSweepDependencies,
  order: SweepOptions = {},
): Promise<SweepResult> {
  const { clock, notes, records, sweeping, sweeps, tenantPages } = dependencies
  const result = await sweep(sweeping, order)
  await sweeps.write(result.report, clock.now()).catch(() => undefined)
  // The refreshes are done: what does not answer now is no reason to call the sweep failed, or to keep back what is
  // to be handed over.
  await records.removeExpired(clock.now()).catch(() => undefined)
  await watchExpiry(dependencies).catch(() => undefined)
  await auditDueRows({ ...sweeping, notes, pages: tenantPages }).catch(() => undefined)
  return result
}

/** Does one shard that a sweep handed over, and remembers it beside that sweep. */
export async function runShard(
  { clock, sweeping, sweeps }: Pick<RunSweepDependencies, 'clock' | 'sweeping' | 'sweeps'>,
  shard: number,
): Promise<void> {
  const { report } = await sweep(sweeping, { shards: [shard] })
  await sweeps.write(report, clock.now(), shard).catch(() => undefined)
}
