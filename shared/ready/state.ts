import * as z from 'zod'
import type { Broker } from '../broker.ts'
import { secondsUntil } from '../clock.ts'
import { environments, identityProviders } from '../environment.ts'
import { readHolds } from '../refresh/environments.ts'
import { sweepReport } from '../refresh/run.ts'
import { explained, type ReadinessCheck } from './checks.ts'
import { mendsOf } from './mends.ts'

/** What the broker remembers of itself, as `/ready` answers it. */
export const brokerState = z.object({
  holds: z.array(
    z.object({
      environment: z.enum(environments),
      identityProvider: z.enum(identityProviders),
      reason: z.string(),
      traceId: z.string(),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    }),
  ),
  lastSweep: z.object({ endedAt: z.iso.datetime(), ageSeconds: z.int(), report: sweepReport }).optional(),
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

/** So many of the broker's own events are shown. */
const shownEvents = 20

/** Reads holds, events and the last sweep; where they cannot be read, that is a finding, and no report of peace. */
export async function checkState(broker: Broker): Promise<{ check: ReadinessCheck; shown: BrokerState }> {
  const { config, notes } = broker
  const mends = mendsOf(config, config.tables.endpoint, 'Storage Table Data Contributor')
  let shown: BrokerState = { holds: [], events: [] }
  const check = await explained('broker state', mends, async () => {
    const [holds, lastSweep, events] = await Promise.all([
      showHolds(broker),
      readLastSweep(broker),
      notes.events(shownEvents),
    ])
    shown = { holds, events: [...events], ...(lastSweep && { lastSweep }) }
    return { ok: true, detail: 'holds, events and the last sweep could be read' }
  })
  return { check, shown }
}

async function showHolds({ config, environments: states }: Broker) {
  const held = await readHolds(config, states)
  return held.map((hold) => ({ ...hold, since: hold.since.toISOString(), until: hold.until.toISOString() }))
}

async function readLastSweep({ clock, sweeps }: Broker) {
  const last = await sweeps.read()
  if (!last) return undefined
  const report = sweepReport.parse(last.report)
  return { endedAt: last.endedAt.toISOString(), ageSeconds: secondsUntil(clock.now(), last.endedAt), report }
}
