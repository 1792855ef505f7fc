import * as z from 'zod'
import type { Broker } from '../broker.ts'
import { secondsUntil } from '../clock.ts'
import { environments, identityProviders } from '../environment.ts'
import { readHolds } from '../refresh/environments.ts'
import { sweepReport } from '../refresh/run.ts'
import { readinessCheck } from './checks.ts'
import { checkPermissions } from './permissions.ts'
import { checkSecrets } from './secrets.ts'

/** What `/ready` answers. */
export const readiness = z.object({
  ready: z.boolean(),
  checks: z.array(readinessCheck),
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

/** A {@link readiness}'s value. */
export type Readiness = z.infer<typeof readiness>

/** So many of the broker's own events are shown. */
const shownEvents = 20

/** Looks at every dependency at once, by reading and deleting what need not exist; nothing is written. */
export async function checkReadiness(broker: Broker): Promise<Readiness> {
  const [permissions, secrets, holds, lastSweep, events] = await Promise.all([
    checkPermissions(broker),
    checkSecrets(broker),
    showHolds(broker).catch(() => []),
    readLastSweep(broker).catch(() => undefined),
    broker.notes.events(shownEvents).catch(() => []),
  ])
  const checks = [...permissions, ...secrets]
  const ready = checks.every(({ ok }) => ok) && holds.length === 0
  return { ready, checks, holds, events: [...events], ...(lastSweep && { lastSweep }) }
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
