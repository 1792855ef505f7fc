import * as z from 'zod'
import { recordAbandoned } from '../connect/recordAbandoned.ts'
import type { ExpiredRecord, OneTimeRecords } from '../domain/oneTime.ts'
import type { SweepReports } from '../domain/sweepReports.ts'
import { type SweepDependencies, type SweepOptions, type SweepResult, sweep } from '../refresh/sweep.ts'
import { type AuditDependencies, auditDueRows } from './audit.ts'
import { type CensusDependencies, takeCensus } from './census.ts'
import { type EndEventsDependencies, endEvents } from './endEvents.ts'
import { type EndDependencies, endTenants } from './endTenants.ts'
import { type ExpiryDependencies, watchExpiry } from './expiry.ts'

/** The queue of shards that a sweep hands over, in the storage account of the Functions host. */
export const refreshChunksQueue = 'refresh-chunks'

/** Dependencies of a sweep and of its housekeeping. */
export interface RunSweepDependencies extends ExpiryDependencies {
  readonly sweeping: SweepDependencies
  readonly sweeps: Pick<SweepReports, 'write'>
  readonly records: Pick<OneTimeRecords, 'change' | 'read' | 'removeExpired'>
  readonly tenantPages: AuditDependencies['pages']
  readonly idleTenants: EndDependencies['idleTenants']
  readonly storedKinds: CensusDependencies['stored']
  readonly oldEvents: EndEventsDependencies['oldEvents']
  readonly clock: EndDependencies['clock']
}

/** A sweep's report, as `/ready` and `POST /v1/sweeps` return it. */
export const sweepReport = z
  .object({
    startedAt: z.iso.datetime(),
    sweep: z.iso
      .datetime()
      .describe('When the whole sweep started. A shard that it handed over reports the same time.')
      // An older package, after a rollback, writes reports without it.
      .optional(),
    due: z.int(),
    refreshed: z.int(),
    passedOn: z.int(),
    failed: z.record(z.string(), z.int()),
    stuck: z
      .record(z.string(), z.int())
      .default({})
      .describe(
        'Tenants whose trouble is their own and waits for the operator, by reason; not among `failed`.',
      ),
    handedOverShards: z.int(),
    leftOver: z.int(),
    unreadShards: z.int(),
    durationMilliseconds: z.int(),
    oldestOverdueSeconds: z.int(),
    holds: z
      .array(z.string())
      .default([])
      .describe('What is on hold, each as `environment:identityProvider`, or with `:kind` of grant.'),
  })
  .meta({ id: 'SweepReport', description: 'What a sweep did.' })

/**
 * Runs a whole sweep, stores its report for `/ready`, and removes one-time records that are expired by storage's clock,
 * after it has recorded which sign-ins were abandoned. Also checks the broker's own secrets for expiry once a day, and
 * some tenants for lost due rows, ends tenants, grants, and events that are over, and counts what is stored. Discoveries are last.
 */
export async function runSweep(
  dependencies: RunSweepDependencies,
  order: SweepOptions = {},
): Promise<SweepResult> {
  const { clock, notes, storedKinds, sweeping, sweeps, tenantPages } = dependencies
  const result = await sweep(sweeping, order)
  await sweeps.write(result.report, clock.now()).catch(() => undefined)
  // The refreshes are done, so a failure here must not make the sweep fail, or withhold the shards
  // that it hands over.
  const storageNow = sweeping.clock.storageNow()
  if (storageNow) await removeExpired(dependencies, storageNow).catch(() => undefined)
  await watchExpiry(dependencies).catch(() => undefined)
  await auditDueRows({ ...sweeping, notes, pages: tenantPages }).catch(() => undefined)
  await endTenants({ ...sweeping, ...dependencies }).catch(() => undefined)
  await endEvents(dependencies).catch(() => undefined)
  // Listing a vault can take a minute, and the platform ends an HTTP call.
  const mayCount = order.maxSeconds === undefined
  if (mayCount) await takeCensus({ ...dependencies, stored: storedKinds }).catch(() => undefined)
  await result.finishAccounts()
  return result
}

async function removeExpired(
  { records, sweeping }: Pick<RunSweepDependencies, 'records' | 'sweeping'>,
  storageNow: Date,
): Promise<void> {
  const clock = { ...sweeping.clock, now: () => storageNow }
  const before = (expired: readonly ExpiredRecord[]) =>
    recordAbandoned({ ...sweeping, clock, records }, expired)
  await records.removeExpired(storageNow, before)
}

/**
 * `POST /v1/sweeps` starts no refresh after this. Azure's load balancer ends a request after 230 s
 * (azure-functions/functions-scale, HTTP trigger); a refresh that starts within this time may still need a tenant's
 * full lease.
 */
export const requestedSweepSeconds = 150

/** A shard that a sweep hands over, as its queue message names it; an older package names no sweep. */
export const handedOverShard = z.object({ shard: z.int().min(0), sweep: z.iso.datetime().optional() })

/** A {@link handedOverShard}'s value. */
export type HandedOverShard = z.infer<typeof handedOverShard>

/** Processes one shard that a sweep handed over, and stores its report next to that sweep's. */
export async function runShard(
  { clock, sweeping, sweeps }: Pick<RunSweepDependencies, 'clock' | 'sweeping' | 'sweeps'>,
  { shard, sweep: whole }: HandedOverShard,
): Promise<void> {
  const { finishAccounts, report } = await sweep(sweeping, { shards: [shard], sweep: whole })
  await sweeps.write(report, clock.now(), shard).catch(() => undefined)
  await finishAccounts()
}
