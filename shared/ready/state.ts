import * as z from 'zod'
import { secondsUntil } from '../clock.ts'
import type { SweepReport } from '../domain/logEvents.ts'
import type { CompletedSweep } from '../domain/sweepReports.ts'
import { environments, identityProviders } from '../environment.ts'
import { sweepReport } from '../operations/runSweep.ts'
import { readHolds } from '../refresh/readHolds.ts'
import { type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { resolutionsOf } from './resolutions.ts'

/** The broker's own state, as `/ready` returns it. */
export const brokerState = z.object({
  holds: z.array(
    z.object({
      environment: z.enum(environments),
      identityProvider: z.enum(identityProviders),
      kind: z
        .string()
        .describe('The kind of grant that is on hold: `work`, `google`, or `personal:` and the authority.')
        .optional(),
      reason: z.string(),
      traceId: z.string(),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    }),
  ),
  lastSweep: z.object({ endedAt: z.iso.datetime(), ageSeconds: z.int(), report: sweepReport }).optional(),
  handedOver: z
    .object({
      doneShards: z.int(),
      lastEndedAt: z.iso.datetime(),
      due: z.int(),
      refreshed: z.int(),
      leftOver: z.int(),
      oldestOverdueSeconds: z.int(),
    })
    .describe('Progress of the shards that the last sweep handed over.')
    .optional(),
  events: z
    .array(
      z.object({
        type: z.enum(['secret.fell_over', 'secret.expiring']),
        at: z.iso.datetime(),
        secret: z.string(),
        thresholdDays: z.int().optional(),
        expiresOn: z.iso.datetime().optional(),
      }),
    )
    .describe('What happened to the broker’s own secrets, newest first.'),
})

type BrokerState = z.infer<typeof brokerState>

/** The most broker events to show. */
const shownEvents = 20

/** Reads holds, events, and the last sweep. If they can't be read, that's a finding, not an empty report. */
export async function checkState(
  broker: ReadyDependencies,
): Promise<{ check: ReadinessCheck; shown: BrokerState }> {
  const { clock, config, notes, sweeps } = broker
  const resolutions = resolutionsOf(config, config.tables.endpoint, 'Storage Table Data Contributor')
  let shown: BrokerState = { holds: [], events: [] }
  const check = await runCheck({ name: 'broker state', clock, resolutions }, async () => {
    const [holds, lastSweep, shards, events] = await Promise.all([
      showHolds(broker),
      readLastSweep(broker),
      sweeps.readShards(),
      notes.events(shownEvents),
    ])
    const handedOver = lastSweep && sumOf(shards, new Date(lastSweep.report.startedAt))
    shown = {
      ...{ holds, events: [...events] },
      ...(lastSweep && { lastSweep }),
      ...(handedOver && { handedOver }),
    }
    return { ok: true, detail: 'holds, events and the last sweep could be read' }
  })
  return { check, shown }
}

async function showHolds({ config, environments: states }: ReadyDependencies) {
  const holds = await readHolds(config, states)
  return holds.map(({ toldAt: _, ...hold }) => ({
    ...hold,
    since: hold.since.toISOString(),
    until: hold.until.toISOString(),
  }))
}

async function readLastSweep({ clock, sweeps }: ReadyDependencies) {
  const last = await sweeps.read()
  if (!last) return undefined
  const report = sweepReport.parse(last.report)
  return { endedAt: last.endedAt.toISOString(), ageSeconds: secondsUntil(clock.now(), last.endedAt), report }
}

/** The sum of the shards that finished since a sweep started. */
function sumOf(shards: readonly CompletedSweep[], since: Date): BrokerState['handedOver'] {
  const done = shards.filter(({ endedAt }) => endedAt >= since)
  if (done.length === 0) return undefined
  const sum = (count: (report: SweepReport) => number) =>
    done.reduce((total, { report }) => total + count(report), 0)
  return {
    doneShards: done.length,
    lastEndedAt: new Date(Math.max(...done.map(({ endedAt }) => endedAt.getTime()))).toISOString(),
    due: sum(({ due }) => due),
    refreshed: sum(({ refreshed }) => refreshed),
    leftOver: sum(({ leftOver }) => leftOver),
    oldestOverdueSeconds: Math.max(...done.map(({ report }) => report.oldestOverdueSeconds)),
  }
}
