import type { LogEntry } from './core.ts'

/** An invocation whose caller would get no answer on Azure. */
export interface Unanswered {
  readonly functionName: string
  readonly invocationId: string
  readonly why: string
}

/** Collects unanswered invocations, and logs them. */
export interface UnansweredLog {
  readonly entries: readonly Unanswered[]
  record(entry: Unanswered): void
}

/**
 * Creates the log of unanswered invocations. With HTTP streaming, only the app itself ends a forwarded
 * request; its caller waits 240 seconds (the forwarder's `ActivityTimeout`) or until `functionTimeout`, which also ends
 * every other invocation of the instance.
 */
export function createUnansweredLog(log: (entry: LogEntry) => void): UnansweredLog {
  const entries: Unanswered[] = []
  return {
    entries,
    record: (entry) => {
      entries.push(entry)
      const { functionName, invocationId, why } = entry
      const message = `left unanswered: ${why}. On Azure its caller waits for minutes; here the connection is cut.`
      log({ level: 'error', category: 'host', functionName, invocationId, message })
    },
  }
}
