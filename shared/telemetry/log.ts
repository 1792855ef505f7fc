import type { Log } from '../domain/logEvents.ts'
import { logTraceFields } from './logTraceFields.ts'

/** A log that writes each event as one JSON line through `write`, with the ids of its trace. */
export function createLog(write: (line: string) => void): Log {
  return (event, fields) => write(JSON.stringify({ event, ...fields, ...logTraceFields() }))
}
