import { RefusedError } from '../refusal.ts'
import { BrokenOffError } from './brokenOff.ts'

/** How whole rows end. */
export interface RowsEnd {
  readonly rows: number
  /** From entities: since when the next download can ask for changes. */
  readonly syncTime?: string
}

/**
 * Reads the lines with which an answer's rows end.
 * @throws RefusedError with the problem that it ends with, or BrokenOffError for any other line: then rows are missing.
 */
export function readEnd(lines: readonly string[]): RowsEnd {
  const facts = Object.fromEntries(
    lines.flatMap((line) => [/^# (\w{1,80}): (.*)$/.exec(line)?.slice(1) ?? []]),
  )
  const last = lines.at(-1) ?? ''
  if (last.startsWith('# rows: ')) return { ...facts, rows: Number(facts.rows) }
  const { _end, _problem } = parse(last)
  if (_problem) throw new RefusedError({ status: _problem.status ?? 502, body: _problem })
  if (typeof _end?.rows !== 'number') throw new BrokenOffError('The answer broke off.')
  return _end
}

interface LastLine {
  readonly _end?: RowsEnd
  readonly _problem?: { readonly status?: number }
}

function parse(line: string): LastLine {
  try {
    return (JSON.parse(line) ?? {}) as LastLine
  } catch {
    return {}
  }
}
