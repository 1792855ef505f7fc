import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A timer's last run and next due time, as its function sees them (`scheduleStatus`). */
export interface TimerStatus {
  readonly last: Date
  readonly next: Date
  readonly lastUpdated: Date
}

/** Stores the status of monitored timers across restarts. */
export interface TimerStatusStore {
  read(functionName: string): TimerStatus | undefined
  write(functionName: string, status: TimerStatus): void
}

/** Stores timer statuses as JSON files in a folder; without a folder, they're lost with the process. */
export function createTimerStatusStore(folder: string | undefined): TimerStatusStore {
  if (folder === undefined) return { read: () => undefined, write: () => {} }
  const pathOf = (name: string) => join(folder, `${name}.json`)
  return {
    read: (name) => readStatus(pathOf(name)),
    write: (name, status) => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(pathOf(name), JSON.stringify(status))
    },
  }
}

/** A missing file, or one damaged by a crash, counts as no status: the timer only misses its past-due run. */
function readStatus(path: string): TimerStatus | undefined {
  try {
    const { last, next, lastUpdated } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
    return { last: new Date(last!), next: new Date(next!), lastUpdated: new Date(lastUpdated!) }
  } catch {
    return undefined
  }
}
