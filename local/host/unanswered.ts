import type { LogEntry } from './core.ts'

/** An invocation whose caller would wait without an answer on Azure. */
export interface Unanswered {
  readonly functionName: string
  readonly invocationId: string
  readonly why: string
}

/** Keeps what was left unanswered, and says so in the log. */
export interface UnansweredLog {
  readonly entries: readonly Unanswered[]
  record(entry: Unanswered): void
}

/**
 * Creates the log of invocations that were left unanswered. With HTTP streaming nobody ends a forwarded request but the
 * app itself; its caller waits 240 seconds (the forwarder's `ActivityTimeout`) or until `functionTimeout`, which ends
 * every other invocation of the instance too.
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
