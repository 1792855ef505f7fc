import type { Clock } from '../../../shared/clock.ts'
import type { EnvironmentHold, EnvironmentStates } from '../../../shared/domain/holds.ts'
import type { Registration } from '../../../shared/environment.ts'

/** The rows behind the holds, which all processes share. */
export interface HoldTable {
  get(key: string): Promise<EnvironmentHold | undefined>
  put(key: string, hold: EnvironmentHold): Promise<void>
  /** Replaces the hold that was read; returns whether it was still there. */
  replace(key: string, expected: EnvironmentHold, hold: EnvironmentHold): Promise<boolean>
  delete(key: string): Promise<void>
}

/** Creates the rows in memory. */
export function createModelHoldTable(): HoldTable {
  const rows = new Map<string, EnvironmentHold>()
  return {
    get: async (key) => rows.get(key),
    put: async (key, hold) => {
      rows.set(key, hold)
    },
    replace: async (key, expected, hold) => {
      if (rows.get(key) !== expected) return false
      rows.set(key, hold)
      return true
    },
    delete: async (key) => {
      rows.delete(key)
    },
  }
}

/** A process reads an environment's row at most this often, like the real one. */
const cacheMilliseconds = 5000

/** Creates one process's view of the holds: read through its own cache, written through to the table. */
export function createModelEnvironmentStates(
  clock: Clock,
  table: HoldTable = createModelHoldTable(),
): EnvironmentStates {
  const known = new Map<string, { hold: EnvironmentHold | undefined; readAt: number }>()
  const remember = (key: string, hold: EnvironmentHold | undefined) => {
    known.set(key, { hold, readAt: clock.now().getTime() })
    return hold
  }
  const read = async (key: string) => {
    const cached = known.get(key)
    const isRecent = cached && clock.now().getTime() - cached.readAt < cacheMilliseconds
    return isRecent ? cached.hold : remember(key, await table.get(key))
  }
  return {
    read: (registration) => read(keyOf(registration)),
    async placeHold(hold) {
      const key = keyOf(hold)
      await table.put(key, hold)
      remember(key, hold)
    },
    async reserveProbe(hold, until) {
      const key = keyOf(hold)
      const found = await table.get(key)
      if (!found || found.until > clock.now()) return remember(key, found)
      const claimed = { ...found, until }
      if (!(await table.replace(key, found, claimed))) return remember(key, await table.get(key))
      remember(key, claimed)
      return undefined
    },
    async release(registration) {
      const key = keyOf(registration)
      if (!(await read(key))) return false
      await table.delete(key)
      remember(key, undefined)
      return true
    },
  }
}

function keyOf({ environment, identityProvider }: Registration): string {
  return `${environment}:${identityProvider}`
}
