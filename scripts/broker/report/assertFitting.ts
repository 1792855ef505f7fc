import { UsageError } from '../../commandLine.ts'
import type { Arguments } from '../verb.ts'

/** Options that say nothing about entities. The others are shared, but for `--changed-since`. */
const onlyOfReports = [
  'columns',
  'from',
  'to',
  'period',
  'time-zone',
  'aggregation',
  'accounts',
  'filter',
  'complete-only',
]

/** @throws UsageError for an option that would be passed over. */
export function assertFitting({ values, words }: Arguments): void {
  if (values.entities === undefined && values['changed-since'] !== undefined)
    throw new UsageError('--changed-since goes with --entities.')
  if (values.entities === undefined) return
  if (words.length > 0) throw new UsageError('Pass a report or --entities, not both.')
  const other = onlyOfReports.find((name) => values[name] !== undefined)
  if (other) throw new UsageError(`--${other} is about a report, not --entities.`)
}
