import { TableServiceClient } from '@azure/data-tables'
import { startAzurite } from '../../local/azurite.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'
import type { Config } from '../../shared/config.ts'
import { createTables, type Tables, tableNames } from '../../shared/storage/clients.ts'

/** The broker's tables in a separate Azurite. */
export interface TablesBench {
  readonly tables: Tables
  close(): Promise<void>
}

/** Starts Azurite in memory and creates every table. */
export async function openTablesBench(): Promise<TablesBench> {
  const azurite = await startAzurite({ blob: 0, queue: 0, table: 0 })
  const connectionString = storageConnection(azurite.ports as Ports)
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true })
  for (const name of tableNames) await service.createTable(name)
  const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
  return { tables: createTables(config, { getToken: async () => null }), close: () => azurite.stop() }
}
