import { RefusedError } from '../refusal.ts'
import { BrokenOffError } from './brokenOff.ts'

/** How whole rows end. */
export interface RowsEnd {
  readonly rows: number
}

/**
 * Reads the last line of an answer's rows.
 * @throws RefusedError with the problem that it ends with, or BrokenOffError for any other line: then rows are missing.
 */
export function readEnd(line: string): RowsEnd {
  const csv = /^# rows: (\d{1,15})$/.exec(line)
  if (csv) return { rows: Number(csv[1]) }
  const { _end, _problem } = parse(line)
  if (_problem) throw new RefusedError({ status: _problem.status ?? 502, body: _problem })
  if (!_end) throw new BrokenOffError('The answer broke off.')
  return _end
}

interface LastLine {
  readonly _end?: RowsEnd
  readonly _problem?: { readonly status?: number }
}

function parse(line: string): LastLine {
  try {
    return JSON.parse(line) as LastLine
  } catch {
    return {}
  }
}
