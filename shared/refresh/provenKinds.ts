import type { Clock } from '../clock.ts'
import { type HoldScope, nameOfScope } from '../domain/holds.ts'
import type { BrokerNotes } from '../domain/notes.ts'

/** When each kind of grant of a registration was last refreshed, to a day; known to all processes. */
export interface ProvenKinds {
  /** A refresh has worked. Writes a note once a day (UTC) in each process; never throws. */
  record(scope: HoldScope): Promise<void>
  /** Undefined if none is known to have worked. */
  lastProvenAt(scope: HoldScope): Promise<Date | undefined>
}

const kind = 'proven'

/** Keeps {@link ProvenKinds} as notes. */
export function createProvenKinds({
  clock,
  notes,
}: {
  readonly clock: Clock
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
}): ProvenKinds {
  const recorded = new Map<string, string>()
  return {
    async record(scope) {
      const [key, at] = [nameOfScope(scope), clock.now().toISOString()]
      const day = at.slice(0, 10)
      if (recorded.get(key) === day) return
      recorded.set(key, day)
      await notes.write(kind, key, { at }).catch(() => recorded.delete(key))
    },
    async lastProvenAt(scope) {
      const note = await notes.read<{ readonly at: string }>(kind, nameOfScope(scope))
      return note && new Date(note.at)
    },
  }
}
