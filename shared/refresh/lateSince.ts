import type { DueRow } from '../domain/due.ts'
import type { RefreshOutcome } from './outcome.ts'

/**
 * Since when a sweep could have known that the tenant of a due row needed the refresh. The row is only a hint: what a
 * disconnect or a consent left, and a vault refuses to finish, can keep one for days although no refresh waits.
 * @returns undefined if no refresh was due.
 */
export function lateSince({ dueAt }: DueRow, outcome: RefreshOutcome): Date | undefined {
  switch (outcome.outcome) {
    case 'not_found':
    case 'fresh':
      return undefined
    case 'refreshed':
    case 'refused': {
      const { dueBefore } = outcome
      return dueBefore && dueBefore > dueAt ? dueBefore : dueAt
    }
    case 'passed_on':
      return outcome.reason === 'grant_is_dead' || outcome.reason === 'not_connected' ? undefined : dueAt
  }
}
