import type { Broker } from '../shared/broker.ts'
import { claimTables, OtherWriterError } from '../shared/operations/soleWriter.ts'
import { createMissingTables } from './createMissingTables.ts'

/**
 * Runs work while no one else writes to the tables.
 * @param mayWait whether to wait until the tables have been quiet for long enough, if no broker runs.
 * @throws OtherWriterError
 */
export async function asSoleWriter<T>(broker: Broker, mayWait: boolean, work: () => Promise<T>): Promise<T> {
  const end = await claim(broker, mayWait)
  const result = await work()
  await end()
  return result
}

async function claim({ tables, config, clock }: Broker, mayWait: boolean): Promise<() => Promise<void>> {
  const startedAt = clock.now()
  const createBrokerState = () => createMissingTables({ tables, names: ['BrokerState'] })
  for (;;) {
    try {
      return await claimTables({ tables, config, clock, fetch, createBrokerState })
    } catch (error) {
      const againAt = error instanceof OtherWriterError ? error.againAt : undefined
      if (!againAt) throw error
      if (!mayWait || again(error, startedAt)) throw error
      console.error(`${(error as Error).message} Waiting until ${againAt.toISOString()}.`)
      await clock.sleep(Math.max(againAt.getTime() - clock.now().getTime(), 1000))
    }
  }
}

/** Whether someone has written since the command began: waiting longer proves nothing. */
function again(error: unknown, startedAt: Date): boolean {
  return error instanceof OtherWriterError && (error.writtenAt ?? new Date(0)) > startedAt
}
