import { odata } from '@azure/data-tables'
import type { Clock } from '../clock.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import type { CompletedSweep, SweepReports } from '../domain/sweepReports.ts'
import type { Tables } from './clients.ts'
import { createHoldTable } from './holdTable.ts'
import { parseRow, readRow, writeRow } from './stateRows.ts'
import { runStorageOperation } from './unavailable.ts'

/** Stores the state of the whole broker: holds, and the last sweep. */
export function createStateTable(
  tables: Pick<Tables, 'BrokerState'>,
  clock: Clock,
): { environments: EnvironmentStates; sweeps: SweepReports } {
  const { BrokerState: table } = tables
  return {
    environments: createHoldTable(tables, clock),
    sweeps: {
      write: (report, endedAt, shard) =>
        writeRow(table, 'sweep', shard === undefined ? 'last' : `shard:${shard}`, { report, endedAt }),
      read: async () => (await readRow<CompletedSweep>(table, 'sweep', 'last'))?.value,
      readShards: () =>
        runStorageOperation('tables', async () => {
          const filter = odata`PartitionKey eq ${'sweep'} and RowKey ge ${'shard:'} and RowKey lt ${'shard;'}`
          const ended: CompletedSweep[] = []
          for await (const { value } of table.listEntities<{ value: string }>({ queryOptions: { filter } }))
            ended.push(parseRow(value))
          return ended
        }),
    },
  }
}
