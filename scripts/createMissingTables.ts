import type { Broker } from '../shared/broker.ts'
import { addSeconds, type Clock, systemClock } from '../shared/clock.ts'
import { tableNames } from '../shared/storage/clients.ts'
import { runStorageOperation } from '../shared/storage/unavailable.ts'

/** A deleted table's name stays taken for 40 seconds or longer (learn.microsoft.com/rest/api/storageservices/delete-table). */
const nameTakenSeconds = 600
const betweenTriesSeconds = 10

/** The tables to create. */
export interface MissingTables extends Pick<Broker, 'tables'> {
  /** Default is all. */
  readonly names?: readonly (typeof tableNames)[number][]
}

/**
 * Creates the tables that are missing and leaves the others alone. Waits while the name of a deleted one is still taken.
 * @param onWait called before each wait. Default is to tell standard error.
 * @throws StorageUnavailableError with the code `TableBeingDeleted` when the name is still taken after ten minutes.
 */
export async function createMissingTables(
  { tables, names = tableNames }: MissingTables,
  onWait: (table: string) => void = tellWait,
  clock: Pick<Clock, 'now' | 'sleep'> = systemClock,
): Promise<void> {
  const until = addSeconds(clock.now(), nameTakenSeconds)
  for (const name of names) {
    const create = () =>
      runStorageOperation(
        'tables',
        async () => {
          await tables[name].createTable()
          return true
        },
        (_status, code) =>
          code === 'TableBeingDeleted' && clock.now() < until ? { value: false } : undefined,
      )
    while (!(await create())) {
      onWait(name)
      await clock.sleep(betweenTriesSeconds * 1000)
    }
  }
}

function tellWait(table: string): void {
  console.error(
    `The deleted table ${table} still takes its name. The next attempt is in ${betweenTriesSeconds} s.`,
  )
}
