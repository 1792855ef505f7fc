import { secondsUntil } from '../clock.ts'
import type { SweepReport } from '../domain/logEvents.ts'
import type { SweepFailure } from '../domain/sweepFailures.ts'

/** The result for one row: `refreshed`, `passed_on`, `left_over`, or the kind of failure, or why it's stuck. */
export type RowOutcome =
  | 'refreshed'
  | 'passed_on'
  | 'left_over'
  | { readonly failed: SweepFailure }
  | { readonly stuck: string }

/** What one sweep counts of its rows. */
export interface SweepTally {
  count(outcome: RowOutcome): void
  /** A refresh that has been due since then. */
  countLate(since: Date): void
  report(): Pick<
    SweepReport,
    'refreshed' | 'passedOn' | 'failed' | 'stuck' | 'leftOver' | 'oldestOverdueSeconds'
  >
}

/** Creates the tally of a sweep that started then. */
export function createSweepTally(startedAt: Date): SweepTally {
  const failed: Record<string, number> = {}
  const stuck: Record<string, number> = {}
  const plain = { refreshed: 0, passed_on: 0, left_over: 0 }
  let oldest = startedAt
  return {
    count(outcome) {
      if (typeof outcome === 'string') plain[outcome]++
      else if ('stuck' in outcome) stuck[outcome.stuck] = (stuck[outcome.stuck] ?? 0) + 1
      else failed[outcome.failed] = (failed[outcome.failed] ?? 0) + 1
    },
    countLate(since) {
      if (since < oldest) oldest = since
    },
    report: () => ({
      refreshed: plain.refreshed,
      passedOn: plain.passed_on,
      failed,
      stuck,
      leftOver: plain.left_over,
      oldestOverdueSeconds: secondsUntil(startedAt, oldest),
    }),
  }
}
