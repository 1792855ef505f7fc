import type { Clock } from '../clock.ts'
import {
  actorOfIdentityFault,
  failuresBeforeReport,
  type IdentityFault,
  IdentityUnavailableError,
} from '../domain/identityUnavailable.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { JudgeIdentityFault } from './identityTokens.ts'

/** Dependencies of judging the identity's failures. */
export interface IdentityHealthDependencies {
  /** Supplied late: the table of notes needs the identity itself. */
  readonly notes: () => Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: Clock
  readonly log: Log
  /** This process among all. */
  readonly process: string
}

/** The processes whose identity fails, and when each last said so, ISO 8601. */
interface Witnesses {
  readonly processes: Readonly<Record<string, string>>
}

const [kind, key] = ['identity', 'failing']
/** A process reports at most this often. */
const reportMilliseconds = 60_000
/** A process counts for this long after its report. */
const countedMilliseconds = 300_000

/**
 * Judges the failures of this process's identity. From the third in a row on, the process reports them to the log and
 * to all processes, behind its callers, and learns how many others do.
 */
export function createIdentityHealth({
  notes,
  clock,
  log,
  process,
}: IdentityHealthDependencies): JudgeIdentityFault {
  const now = () => clock.now().getTime()
  let reportedAt = Number.NEGATIVE_INFINITY
  let known = { processes: 1, at: now() }
  const processes = () => (now() - known.at < countedMilliseconds ? known.processes : 1)
  const report = async (fault: IdentityFault, failures: number) => {
    const count = await countWitnesses(notes(), process, clock.now()).catch(() => processes())
    known = { processes: count, at: now() }
    const actor = actorOfIdentityFault(fault.reason, failures, count)
    log('identity.failing', { ...fault, process, failures, processes: count, actor })
  }
  return (fault, failures) => {
    if (failures >= failuresBeforeReport && now() - reportedAt >= reportMilliseconds) {
      reportedAt = now()
      void report(fault, failures)
    }
    return new IdentityUnavailableError(fault, actorOfIdentityFault(fault.reason, failures, processes()))
  }
}

/**
 * Adds this process to the note; how many processes it names. Two that write at once can lose one of them until its next
 * report, a minute later.
 */
async function countWitnesses(
  notes: Pick<BrokerNotes, 'read' | 'write'>,
  process: string,
  now: Date,
): Promise<number> {
  const before = (await notes.read<Witnesses>(kind, key))?.processes ?? {}
  const recent = Object.entries(before).filter(
    ([, at]) => now.getTime() - Date.parse(at) < countedMilliseconds,
  )
  const processes = { ...Object.fromEntries(recent), [process]: now.toISOString() }
  await notes.write(kind, key, { processes } satisfies Witnesses)
  return Object.keys(processes).length
}
