import type { Clock } from '../clock.ts'
import {
  type EnvironmentHold,
  type EnvironmentStates,
  nameOfScope,
  withPlausibleEnd,
} from '../domain/holds.ts'
import { parseReason } from '../domain/reasons.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Tables } from './clients.ts'
import { readRow, removeRow, replaceRow, writeRow } from './stateRows.ts'

/** A process reads a row at most this often. */
const cacheMilliseconds = 5000
/** Processes that count at the same time. Each of them counts once more after another one was faster. */
const maxCountAttempts = 10

/** A row: a hold, or the people who may lead to one, as hashes. */
type HoldRow = EnvironmentHold | { readonly refused: readonly string[] }

/** Stores holds on environments and kinds of grants, and the counts that lead to them. */
export function createHoldTable(
  { BrokerState: table }: Pick<Tables, 'BrokerState'>,
  clock: Clock,
): EnvironmentStates {
  const known = new Map<string, { row: HoldRow | undefined; readAt: number }>()
  const counting = new Map<string, Promise<unknown>>()
  const remember = (key: string, row: HoldRow | undefined) => {
    known.set(key, { row, readAt: clock.now().getTime() })
    return toHold(row)
  }
  const readPlausible = async (key: string) => {
    const found = await readRow<HoldRow>(table, 'hold', key)
    const hold = toHold(found?.value)
    return found && hold ? { ...found, value: withPlausibleEnd(hold, clock.now()) } : found
  }
  const readRecent = async (key: string) => {
    const cached = known.get(key)
    if (!cached || Math.abs(clock.now().getTime() - cached.readAt) >= cacheMilliseconds)
      remember(key, (await readPlausible(key))?.value)
    return known.get(key)?.row
  }
  const count = async (key: string, person: string): Promise<number> => {
    for (let attempt = 0; attempt < maxCountAttempts; attempt++) {
      const found = await readPlausible(key)
      const row = found?.value
      if (row && !('refused' in row)) return Number.POSITIVE_INFINITY
      const refused = [...new Set([...(row?.refused ?? []), person])]
      if (await replaceRow(table, 'hold', key, { refused }, found?.etag)) {
        remember(key, { refused })
        return refused.length
      }
    }
    throw new StorageUnavailableError('tables', 412, 'UpdateConditionNotSatisfied')
  }
  return {
    read: async (scope) => toHold(await readRecent(nameOfScope(scope))),
    countRefused(scope, person) {
      const key = nameOfScope(scope)
      // One after the other, so that a process never competes with itself.
      const counted = (counting.get(key) ?? Promise.resolve()).then(() => count(key, person))
      counting.set(
        key,
        counted.catch(() => undefined),
      )
      return counted
    },
    async placeHold(hold) {
      const key = nameOfScope(hold)
      await writeRow(table, 'hold', key, hold)
      remember(key, hold)
    },
    async reserveProbe(hold, until) {
      const key = nameOfScope(hold)
      const found = await readPlausible(key)
      const current = toHold(found?.value)
      if (!found || !current || current.until > clock.now()) return remember(key, found?.value)
      const claimed = { ...current, until }
      if (await replaceRow(table, 'hold', key, claimed, found.etag)) {
        remember(key, claimed)
        return undefined
      }
      return remember(key, (await readPlausible(key))?.value)
    },
    async release(scope) {
      const key = nameOfScope(scope)
      const row = await readRecent(key)
      if (!row) return false
      await removeRow(table, 'hold', key)
      remember(key, undefined)
      return toHold(row) !== undefined
    },
  }
}

/** The hold in a row; a reason from another version is unknown to this one. */
function toHold(row: HoldRow | undefined): EnvironmentHold | undefined {
  return row && !('refused' in row) ? { ...row, reason: parseReason(row.reason) } : undefined
}
