import { type Clock, withTimeLimit } from '../clock.ts'
import type { AppRules } from '../domain/appRules.ts'
import type { Log } from '../domain/logEvents.ts'
import { isTableMissing, StorageUnavailableError } from '../domain/storageUnavailable.ts'

/** Whether the operator has cut off an app. */
export interface RefusedApps {
  /** Reads the list ahead of the first caller. Never fails. */
  preload(): Promise<void>
  /**
   * @param names an app's, as callers are named: one of them is enough.
   * @throws StorageUnavailableError, or TimeLimitError, if this process has never been able to read the list.
   */
  isRefused(...names: string[]): Promise<boolean>
}

/** Dependencies of checking apps. */
export interface RefusedAppsDependencies {
  readonly rules: Pick<AppRules, 'list'>
  readonly clock: Clock
  readonly log: Log
}

/** From this age on, the list is read behind the callers. */
const renewedMilliseconds = 55_000
/** From this age on, a caller waits for the reading under way: no process answers from an older list if it can read. */
const maxMilliseconds = 60_000
/** An instance without calls reads nothing, so its list can be hours old. From this age on, it's hardly better than none. */
const oldMilliseconds = 120_000
/** Callers wait for a reading this long at most while a list is kept, and this long without one or with an old one. */
const patienceSeconds = { withList: 2, withoutList: 10 }
/** After a failure, the list isn't read again for this long. */
const restMilliseconds = { withList: 30_000, withoutList: 1000 }
/** An app's refused calls are logged at most this often. */
const logMilliseconds = 60_000

/**
 * Creates the check. One reading of a small partition a minute serves the whole process. While storage doesn't answer,
 * the last list stays in use at any age: who was refused stays refused, and nobody else is. A process that has never
 * read the list can't tell, so it refuses to say. A table that doesn't exist holds no rules.
 */
export function createRefusedApps({ rules, clock, log }: RefusedAppsDependencies): RefusedApps {
  const ageOf = (at: number) => {
    const age = clock.now().getTime() - at
    // The clock was set back, so the age is unknown.
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }
  const logCall = createCallLog(clock, log)
  let kept: { readonly refused: ReadonlySet<string>; readonly at: number } | undefined
  let reading: { readonly end: Promise<void>; readonly at: number } | undefined
  let failed: { readonly error: unknown; readonly at: number } | undefined
  const read = async (at: number): Promise<void> => {
    try {
      const listed = await rules.list().catch((error) => {
        if (isTableMissing(error) && !kept) return []
        throw error
      })
      kept = { refused: new Set(listed.flatMap(({ app, refused }) => (refused ? app : []))), at }
      failed = undefined
    } catch (error) {
      failed = { error, at: clock.now().getTime() }
      logUnread(log, error, kept && ageOf(kept.at))
    } finally {
      reading = undefined
    }
  }
  const startIfDue = () => {
    if (reading || (kept && ageOf(kept.at) < renewedMilliseconds)) return
    if (failed && ageOf(failed.at) < restMilliseconds[kept ? 'withList' : 'withoutList']) return
    const at = clock.now().getTime()
    reading = { at, end: read(at) }
  }
  const awaitReading = async (): Promise<void> => {
    if (!reading) return
    const isYoung = kept && ageOf(kept.at) < oldMilliseconds
    const seconds = patienceSeconds[isYoung ? 'withList' : 'withoutList'] - ageOf(reading.at) / 1000
    const { end } = reading
    if (seconds > 0) await withTimeLimit(clock, seconds, 'reading the refused apps', () => end)
  }
  return {
    async preload() {
      startIfDue()
      await reading?.end
    },
    async isRefused(...names) {
      startIfDue()
      if (!kept) await awaitReading()
      else if (ageOf(kept.at) >= maxMilliseconds) await awaitReading().catch(() => undefined)
      if (!kept) throw failed?.error ?? new StorageUnavailableError('tables', 0, 'ETIMEDOUT')
      const { refused } = kept
      const app = names.find((name) => refused.has(name))
      if (app !== undefined) logCall(app)
      return app !== undefined
    },
  }
}

/** Logs the first refused call of an app, and then at most one line a minute with the number since. */
function createCallLog(clock: Clock, log: Log): (app: string) => void {
  const counts = new Map<string, { calls: number; loggedAt: number }>()
  return (app) => {
    const count = counts.get(app) ?? { calls: 0, loggedAt: Number.NEGATIVE_INFINITY }
    counts.set(app, count)
    count.calls += 1
    const now = clock.now().getTime()
    if (now - count.loggedAt < logMilliseconds) return
    log('app.refused', { app, calls: count.calls })
    counts.set(app, { calls: 0, loggedAt: now })
  }
}

function logUnread(log: Log, error: unknown, ageMilliseconds = -1000): void {
  const { status, code } = error instanceof StorageUnavailableError ? error : { status: 0, code: 'unknown' }
  log('app.refusals_unread', { status, code, ageSeconds: Math.floor(ageMilliseconds / 1000) })
}
