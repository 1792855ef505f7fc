import pMap from 'p-map'
import type { Broker } from '../../shared/broker.ts'
import { addSeconds } from '../../shared/clock.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { passingPartitions } from '../../shared/operations/manifest.ts'
import { endMarkedTenant } from '../../shared/operations/rebuild.ts'
import type { TaggedSecrets } from '../../shared/operations/taggedSecrets.ts'
import type { SavedRow } from '../../shared/storage/savedRow.ts'
import { onRow } from '../../shared/storage/unavailable.ts'
import { countOutcomes } from '../countOutcomes.ts'
import { tenantsAtOnce } from '../tenantsAtOnce.ts'
import { type Backup, BackupError, readPartitions, verifyBackup } from './readBackup.ts'
import { type RestoreOutcome, restoreTenant, toEntity } from './restoreTenant.ts'

/** The tenants of a restore, by outcome. */
export type RestoreCounts = Readonly<Partial<Record<RestoreOutcome, number>>>

/**
 * Restores a backup into tables that are empty, or newer than the backup. Honors the marks of disconnects, and adds the
 * listing and the due rows. It can be interrupted and run again at any time.
 * @throws BackupError if the backup isn't whole, or is older than the marks: then nothing is written.
 */
export async function restoreTables(
  broker: Broker,
  backup: Backup,
  { marks }: Pick<TaggedSecrets, 'marks'>,
  onTenant: (counts: RestoreCounts) => void = () => {},
): Promise<RestoreCounts> {
  assertMarked(broker, backup)
  await verifyBackup(backup)
  for await (const rows of readPartitions(backup, 'BrokerState')) await restoreState(broker, rows)
  const work = (rows: readonly SavedRow[]) =>
    restoreTenant(broker, rows, (name) => endMarkedTenant(broker, marks.get(tenantKey(name))))
  return countOutcomes(readPartitions(backup, 'Tenants'), {
    work,
    concurrency: tenantsAtOnce,
    onCounts: onTenant,
  })
}

/** The marks of disconnects last as long as the setting says: an older backup would undo some. */
function assertMarked({ config, clock }: Pick<Broker, 'config' | 'clock'>, { manifest, name }: Backup): void {
  const days = config.backupRetentionDays
  if (addSeconds(new Date(manifest.startedAt), days * 86_400) > clock.now()) return
  throw new BackupError(
    `${name} is older than BACKUP_RETENTION_DAYS (${days}), so it contains tenants whose disconnects aren’t marked any more.`,
  )
}

/** What is there is newer. */
async function restoreState({ tables }: Pick<Broker, 'tables'>, rows: readonly SavedRow[]): Promise<void> {
  const lasting = rows.filter(({ partitionKey }) => !passingPartitions.has(partitionKey))
  await pMap(
    lasting,
    (row) => onRow(() => tables.BrokerState.createEntity(toEntity(row)), { taken: undefined }),
    { concurrency: tenantsAtOnce },
  )
}
