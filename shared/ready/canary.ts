import { type Clock, withTimeLimit } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { createMemory } from '../memory.ts'
import { type CanaryResult, canaryNote } from '../operations/runCanary.ts'

/** Three runs, five minutes apart: one can be late, or be cut short by a deployment. */
export const maxCanaryAgeSeconds = 900
/** Anyone can ask, so a process reads the result at most this often. */
const rememberedMilliseconds = 10_000
const readSeconds = 5

/** Whether the canary's last result is good, and young enough to count. */
export type IsCanaryWell = () => Promise<boolean>

/** Creates the reader of the canary's last result. A result that is missing, old, or unreadable is bad. */
export function createCanaryHealth(notes: Pick<BrokerNotes, 'read'>, clock: Clock): IsCanaryWell {
  const memory = createMemory<boolean>(clock, 1)
  const once = createCoalesce<boolean>()
  const [kind, key] = canaryNote
  const look = async () => {
    const read = () => notes.read<CanaryResult>(kind, key)
    const last = await withTimeLimit(clock, readSeconds, 'reading the canary', read).catch(() => undefined)
    // A time far ahead is another clock's fault, and no sign of life.
    const isYoung = last && Math.abs(clock.now().getTime() - Date.parse(last.at)) < maxCanaryAgeSeconds * 1000
    const isWell = last?.ok === true && isYoung === true
    memory.remember(key, isWell)
    return isWell
  }
  return async () => memory.recent(key, rememberedMilliseconds) ?? once(key, look)
}
