import { addSeconds } from '../../../shared/clock.ts'
import { saveTables } from '../../../shared/operations/saveTables.ts'
import { metricNames } from '../../../shared/telemetry/instruments.ts'
import { Dynamic } from '../../kql/values.ts'
import { createMemoryTable } from '../memoryTable.ts'
import { createHandClock } from '../signedTokens.ts'
import { type AlertScenes, recorder, type Scene } from './scene.ts'

const hour = 3600
const start = new Date('2026-11-23T00:23:00Z')

/** A broker that has been there for some hours, whose last backup, if any, ended this number of hours ago. */
async function savedAgo(hours: number | undefined, runningHours: number): Promise<Scene> {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const counts = { value: 1, valueCount: 1n, valueMax: 1, customDimensions: new Dynamic({}) }
  const customMetrics = Array.from({ length: runningHours }, (_, index) => ({
    timestamp: addSeconds(start, index * hour),
    name: metricNames.vendDuration,
    ...counts,
  }))
  clock.advance((runningHours - (hours ?? 0)) * hour)
  const tables = { BrokerState: createMemoryTable().table, Tenants: createMemoryTable().table }
  const randomness = { fraction: () => 0, identifier: () => 'f'.repeat(32) }
  const sink = { add: async () => undefined }
  if (hours !== undefined) await saveTables({ clock, log, tables, randomness, sink } as never)
  return { ...scene((hours ?? 0) * hour), customMetrics }
}

/** Alerts about backups, which are daily by default. */
export const backupScenes: Readonly<Record<string, AlertScenes>> = {
  'backup-missing': {
    rings: {
      'the last backup ended more than 26 hours ago': () => savedAgo(26.1, 40),
      'the last one is older than the window': () => savedAgo(60, 100),
      'none has ended since the broker’s first sign of life': () => savedAgo(undefined, 27),
    },
    silent: {
      'the last one ended less than 26 hours ago': () => savedAgo(25.9, 40),
      'the broker is a day old and has made none': () => savedAgo(undefined, 25),
      'there has been no package yet': async () => ({ now: start }),
    },
  },
}
