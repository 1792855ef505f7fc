import { dirname, join } from 'node:path'
import { startAzurite } from '../../local/azurite.ts'
import { createLocalCertificate } from '../../local/certificate.ts'
import { authorityFile } from '../../local/settings.ts'
import { openBackup } from '../../scripts/backup/readBackup.ts'
import { type RestoreCounts, restoreTables } from '../../scripts/backup/restoreTables.ts'
import type { Broker } from '../../shared/broker.ts'
import { backUp } from '../../shared/operations/backUpWhenDue.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { type BlobCall, callContainer } from '../../shared/storage/blobContainer.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

/** An operator's world with an account for backups, which takes bearer tokens over TLS as in production. */
export interface BackupWorld extends OperatorWorld {
  readonly containerUrl: string
  /** Any request to the container, as the identity. */
  call(call: BlobCall): Promise<Response>
  backUp(): Promise<string>
  /** Restores by a broker with an empty memory. Default is the newest backup. */
  restore(name?: string, broker?: Broker): Promise<RestoreCounts>
  /** Every row of the tables that a backup contains, without what only describes a moment. */
  rows(): Promise<string[]>
  /** Deletes every row of every table. */
  loseTables(): Promise<void>
  close(): Promise<void>
}

/** Opens the world; `close` ends it. */
export async function openBackupWorld(): Promise<BackupWorld> {
  const world = await openOperatorWorld()
  const certificate = await createLocalCertificate(dirname(join(world.stack.folder, authorityFile)))
  const azurite = await startAzurite({ blob: 0, queue: 0, table: 0, certificate })
  const containerUrl = `https://127.0.0.1:${azurite.ports.blob}/devstoreaccount1/tables`
  const { clock, credential } = world.broker
  const container = { containerUrl, credential, clock, fetch }
  const call = (each: BlobCall) => callContainer(container, each)
  await call({ method: 'PUT', query: '?restype=container' })
  return {
    ...world,
    containerUrl,
    call,
    backUp: () => backUp(world.createBroker(), containerUrl),
    async restore(name, broker = world.createBroker()) {
      const tagged = await findTagged(broker.vaults.grants)
      return restoreTables(broker, await openBackup(container, name), tagged)
    },
    rows: () => rowsOf(world.broker),
    async loseTables() {
      for (const table of Object.values(world.broker.tables))
        for await (const { partitionKey, rowKey } of table.listEntities())
          await table.deleteEntity(partitionKey!, rowKey!)
    },
    close: async () => {
      await Promise.all([world.stack.stop(), azurite.stop()])
    },
  }
}

async function rowsOf({ tables }: Broker): Promise<string[]> {
  const rows: string[] = []
  for (const name of ['Tenants', 'TenantsByWorkspace', 'RefreshDue', 'BrokerState'] as const)
    for await (const row of tables[name].listEntities({ disableTypeConversion: true })) {
      const { etag: _etag, timestamp: _timestamp, ...columns } = row as Record<string, unknown>
      if (['sweep', 'hold', 'writer'].includes(String(columns.partitionKey))) continue
      // A restored tenant's hint is set by the audit.
      const known = Object.entries(columns).filter(
        ([column]) => !column.startsWith('odata.') && column !== 'summary',
      )
      rows.push(JSON.stringify([name, known.toSorted(([a], [b]) => (a < b ? -1 : 1))]))
    }
  return rows.toSorted()
}
