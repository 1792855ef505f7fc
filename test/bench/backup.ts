import { openBackup } from '../../scripts/backup/readBackup.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import { addSeconds } from '../../shared/clock.ts'
import { findTagged } from '../../shared/operations/taggedSecrets.ts'
import { type BackupWorld, openBackupWorld } from '../end-to-end/backupWorld.ts'
import { type Bench, exactly, type Measurement, reported } from './report.ts'
import { writeRows } from './tenants.ts'

/** The real backup, restore into empty tables, and rebuild of 10,000 tenants with sealed grants, over HTTP. */
export const backup: Bench = async ({ quick }) => {
  const count = quick ? 500 : 10_000
  const world = await openBackupWorld()
  try {
    return {
      title: `backup: ${count.toLocaleString('en')} tenants with sealed grants, copied, lost, and restored`,
      ground:
        'Real: backup, restore, and rebuild, with the clients of production. Stand-ins: Azurite for tables and blobs, and a local vault, all on this machine.',
      measurements: await measure(world, count),
    }
  } finally {
    await world.close()
  }
}

async function measure(world: BackupWorld, count: number): Promise<Measurement[]> {
  const dueAt = addSeconds(new Date(), 86_400)
  await writeRows(world.broker.tables, { prefix: 'saved', count, dueAt, concurrency: 16 })
  const [name, saving] = await timed(() => world.backUp())
  await world.loseTables()
  const [restored, restoring] = await timed(() => world.restore())
  const broker = world.createBroker()
  const [, rebuilding] = await timed(async () =>
    rebuildTables(broker, await findTagged(broker.vaults.grants), 'write'),
  )
  const { clock, credential } = world.broker
  const { manifest } = await openBackup({ containerUrl: world.containerUrl, credential, clock, fetch }, name)
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0)
  return [
    exactly('tenants that a restore brought back', restored.restored ?? 0, count),
    reported('backup', paceOf(count, saving)),
    reported('size of a backup', `${(bytes / 1000).toFixed(0)} KB, ${(bytes / count).toFixed(0)} B a tenant`),
    reported('restore into empty tables', paceOf(count, restoring)),
    reported('rebuild of tables that are whole', paceOf(count, rebuilding)),
  ]
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const begunAt = performance.now()
  const result = await work()
  return [result, (performance.now() - begunAt) / 1000]
}

function paceOf(count: number, seconds: number): string {
  return `${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} tenants a second`
}
