import type { LogEntry } from './core.ts'

const ranks = { trace: 0, debug: 1, information: 2, warning: 3, error: 4, critical: 5, none: 6 } as const

/**
 * Writes an entry to the console as one line: time, function, message, invocation.
 * Warnings and errors go to stderr. `debug` and `trace` are left out, and so are the library's own lines below
 * warnings, like `func start` without `--verbose`.
 */
export function writeLog(entry: LogEntry): void {
  const rank = ranks[entry.level]
  if (rank < (entry.category === 'system' ? ranks.warning : ranks.information)) return
  const out = rank >= ranks.warning ? process.stderr : process.stdout
  out.write(`${formatLog(entry, new Date())}\n`)
}

/** Formats an entry for {@link writeLog}. */
export function formatLog({ level, message, functionName, invocationId }: LogEntry, time: Date): string {
  const mark = ranks[level] >= ranks.warning ? ` ${level}:` : ''
  const id = invocationId ? ` (${invocationId})` : ''
  const who = functionName ? ` ${functionName}${id}:` : ''
  return `[${time.toISOString()}]${mark}${who} ${message}`
}
