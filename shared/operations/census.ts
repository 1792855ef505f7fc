import type { Clock } from '../clock.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { StoredKinds } from '../storage/storedKinds.ts'
import type { AuditPlace } from './auditRound.ts'
import { type CensusWalk, isCounted, walkOn } from './censusWalk.ts'
import { type CensusEntry, findGrowth } from './findGrowth.ts'
import { recentDays, type TenantCounts } from './tenantCounts.ts'

/** Dependencies of the census. */
export interface CensusDependencies {
  readonly stored: StoredKinds
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: Clock
  readonly log: Log
}

/** What rows name and a vault refused to destroy; beside the kinds of {@link StoredKinds}. */
const leftOverKind = 'secret to destroy'

/** Where the census is, as it's stored between two runs. */
interface CensusPlace {
  /** The last day (UTC) whose census is over. */
  readonly day?: string
  readonly walk?: CensusWalk
}

/**
 * Counts everything that is stored, once a day (UTC), and logs it with what the audit's last round counted of the
 * tenants; in a large broker, a census takes several days. The position is stored, so each run counts on. All other
 * calls are cheap: they read one row. There is none before the audit's first round has ended.
 */
export async function takeCensus(dependencies: CensusDependencies): Promise<void> {
  const { clock, notes, stored } = dependencies
  const place = (await notes.read<CensusPlace>('census', 'place')) ?? {}
  const now = clock.now()
  const day = now.toISOString().slice(0, 10)
  if (place.day === day) return
  const { lastRound } = (await notes.read<AuditPlace>('audit', 'place')) ?? {}
  if (!lastRound) return
  const start = { startedAt: now.toISOString(), done: [], counts: {}, unread: [] }
  const walk = await walkOn(dependencies, place.walk ?? start)
  if (!isCounted(stored, walk)) return notes.write('census', 'place', { ...place, walk })
  await publish(dependencies, walk, lastRound)
  // Last, so a failure repeats the end of this census.
  await notes.write('census', 'place', { day })
}

async function publish(
  { clock, log, notes }: CensusDependencies,
  { counts, startedAt, unread }: CensusWalk,
  { consents, leftOver, secrets, statuses, stuck, versions }: TenantCounts,
): Promise<void> {
  const now = clock.now()
  const history = (await notes.read<CensusEntry[]>('census', 'history')) ?? []
  const entry: CensusEntry = {
    at: now.toISOString(),
    connected: statuses.connected ?? 0,
    counts: { ...counts, [leftOverKind]: leftOver },
  }
  log('census.ended', {
    ...{ tenants: statuses, stuck, consents, stored: counts },
    ...{ namedSecrets: secrets, secretVersions: versions, leftOver, unread },
    growing: findGrowth(history, entry, consents),
    durationSeconds: Math.round((now.getTime() - Date.parse(startedAt)) / 1000),
  })
  // A count that lacks a place would look like a fall, and the next one like growth.
  if (unread.length === 0) await notes.write('census', 'history', keepRecent([...history, entry]))
}

/** The newest entry that is old enough to compare with stays, and everything after it. */
function keepRecent(history: readonly CensusEntry[]): readonly CensusEntry[] {
  const newest = Date.parse(history.at(-1)?.at ?? '')
  const isOld = ({ at }: CensusEntry) => newest - Date.parse(at) >= recentDays * 86_400_000
  return history.slice(Math.max(0, history.findLastIndex(isOld)))
}
