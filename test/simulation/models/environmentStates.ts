import type { Clock } from '../../../shared/clock.ts'
import { type EnvironmentHold, type EnvironmentStates, nameOfScope } from '../../../shared/domain/holds.ts'

/** A row: a hold, or the people whose refusals may lead to one. */
export type HoldRow = EnvironmentHold | { readonly refused: readonly string[] }

/** The rows behind the holds, which all processes share. */
export interface HoldTable {
  get(key: string): Promise<HoldRow | undefined>
  put(key: string, hold: EnvironmentHold): Promise<void>
  /** Replaces the row that was read, or creates it; returns whether nobody was faster. */
  replace(key: string, expected: HoldRow | undefined, row: HoldRow): Promise<boolean>
  delete(key: string): Promise<void>
}

/** Creates the rows in memory. */
export function createModelHoldTable(): HoldTable {
  const rows = new Map<string, HoldRow>()
  return {
    get: async (key) => rows.get(key),
    put: async (key, hold) => {
      rows.set(key, hold)
    },
    replace: async (key, expected, row) => {
      if (rows.get(key) !== expected) return false
      rows.set(key, row)
      return true
    },
    delete: async (key) => {
      rows.delete(key)
    },
  }
}

/** The hold in a row, if it is one. */
export function toHold(row: HoldRow | undefined): EnvironmentHold | undefined {
  return row && 'until' in row ? row : undefined
}

/** A process reads an environment's row at most this often, like the real one. */
const cacheMilliseconds = 5000

/** Creates one process's view of the holds: read through its own cache, written through to the table. */
export function createModelEnvironmentStates(
  clock: Clock,
  table: HoldTable = createModelHoldTable(),
): EnvironmentStates {
  const known = new Map<string, { row: HoldRow | undefined; readAt: number }>()
  const remember = (key: string, row: HoldRow | undefined) => {
    known.set(key, { row, readAt: clock.now().getTime() })
    return toHold(row)
  }
  const read = async (key: string) => {
    const cached = known.get(key)
    const isRecent = cached && clock.now().getTime() - cached.readAt < cacheMilliseconds
    if (!isRecent) remember(key, await table.get(key))
    return known.get(key)?.row
  }
  return {
    read: async (scope) => toHold(await read(nameOfScope(scope))),
    async countRefused(scope, person) {
      const key = nameOfScope(scope)
      for (;;) {
        const found = await table.get(key)
        if (found && 'until' in found) return Number.POSITIVE_INFINITY
        const refused = [...new Set([...(found?.refused ?? []), person])]
        if (!(await table.replace(key, found, { refused }))) continue
        remember(key, { refused })
        return refused.length
      }
    },
    async placeHold(hold) {
      const key = nameOfScope(hold)
      await table.put(key, hold)
      remember(key, hold)
    },
    async reserveProbe(hold, until) {
      const key = nameOfScope(hold)
      const found = await table.get(key)
      const current = toHold(found)
      if (!current || current.until > clock.now()) return remember(key, found)
      const claimed = { ...current, until }
      if (!(await table.replace(key, found, claimed))) return remember(key, await table.get(key))
      remember(key, claimed)
      return undefined
    },
    async release(scope) {
      const key = nameOfScope(scope)
      const row = await read(key)
      if (!row) return false
      await table.delete(key)
      remember(key, undefined)
      return toHold(row) !== undefined
    },
  }
}
