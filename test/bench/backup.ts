import { type Ports, storageConnection } from '../../local/settings.ts'
import { openBackup } from '../../scripts/backup/readBackup.ts'
import { rebuildTables } from '../../scripts/rebuild-tables.ts'
import type { Broker } from '../../shared/broker.ts'
import { addSeconds } from '../../shared/clock.ts'
import { backUp } from '../../shared/operations/backUpWhenDue.ts'
import { findTagged, type TaggedGrant } from '../../shared/operations/taggedSecrets.ts'
import { type BackupWorld, openBackupWorld } from '../end-to-end/backupWorld.ts'
import { type Bench, exactly, type Measurement, reported } from './report.ts'
import { startSeekingTables } from './seekingTables.ts'
import { writeRows } from './tenants.ts'

/** How many tenants, and how far away the tables are. */
interface Size {
  readonly count: number
  readonly callMilliseconds: number
}

const sizes: readonly Size[] = [
  { count: 10_000, callMilliseconds: 0 },
  { count: 100_000, callMilliseconds: 0 },
  { count: 10_000, callMilliseconds: 10 },
]
const quickSizes: readonly Size[] = [
  { count: 500, callMilliseconds: 0 },
  { count: 500, callMilliseconds: 10 },
]

/** The real backup, restore into empty tables, and rebuild of tenants with sealed grants, over HTTP. */
export const backup: Bench = async ({ quick }) => {
  const world = await openBackupWorld()
  try {
    const measurements: Measurement[] = []
    for (const size of quick ? quickSizes : sizes) measurements.push(...(await measure(world, size)))
    return {
      title: 'backup: tenants with sealed grants, copied, lost, restored, and looked at by a rebuild',
      ground:
        'Real: backup, restore, and rebuild, with the clients of production. Stand-ins: tables that seek as the service does, in a thread of their own; Azurite for blobs, and a local vault, all on this machine.',
      measurements,
    }
  } finally {
    await world.close()
  }
}

async function measure(world: BackupWorld, { count, callMilliseconds }: Size): Promise<Measurement[]> {
  const service = await startSeekingTables(callMilliseconds)
  const open = () =>
    world.createBroker({
      TABLES_CONNECTION_STRING: storageConnection({ table: service.port, blob: 0, queue: 0 } as Ports),
    })
  try {
    const { tables, clock, credential } = open()
    await writeRows(tables, { prefix: 'saved', count, dueAt: addSeconds(new Date(), 86_400) })
    const [name, saving] = await timed(() => backUp(open(), world.containerUrl))
    for (const table of Object.values(tables)) await table.deleteTable()
    const [restored, restoring] = await timed(() => world.restore(name, open()))
    const broker = open()
    const [rebuilt, rebuilding] = await timed(async () =>
      rebuildTables(broker, await findTagged(broker.vaults.grants), 'write'),
    )
    const grants = namedByVault(broker, count)
    const [named, renewing] = await timed(() => rebuildTables(open(), { grants, marks: new Map() }, 'write'))
    const { manifest } = await openBackup(
      { containerUrl: world.containerUrl, credential, clock, fetch },
      name,
    )
    const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0)
    const where = `${count.toLocaleString('en')} tenants, ${callMilliseconds} ms a call:`
    return [
      exactly(`${where} restored`, restored.restored ?? 0, count),
      exactly('  in need of attention after the rebuild', rebuilt.attention.length, 0),
      reported('  backup', paceOf(count, saving)),
      reported(
        '  size of the backup',
        `${(bytes / 1000).toFixed(0)} KB, ${(bytes / count).toFixed(0)} B a tenant`,
      ),
      reported('  restore into empty tables', paceOf(count, restoring)),
      reported('  rebuild of tables that are whole', paceOf(count, rebuilding)),
      exactly('  present, if a vault names all of them', named.counts.present ?? 0, count),
      reported('  rebuild of those', paceOf(count, renewing)),
    ]
  } finally {
    await service.stop()
  }
}

/** What the vaults' tags would say: the rows are whole, so no secret is read. */
function namedByVault({ vaults }: Broker, count: number): TaggedGrant[][] {
  const [vault] = vaults.grants
  if (!vault) throw new Error('The broker has no grant vault.')
  const beside = { environment: 'production', identityProvider: 'microsoft' } as const
  return Array.from({ length: count }, (_, number) => {
    const owner = { workspace: 'bench', tenant: `saved-${number}`, ...beside }
    return [{ vault, name: `grant-${number}`, owner, writtenOn: new Date(0) }]
  })
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const begunAt = performance.now()
  const result = await work()
  return [result, (performance.now() - begunAt) / 1000]
}

function paceOf(count: number, seconds: number): string {
  return `${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} tenants a second`
}
