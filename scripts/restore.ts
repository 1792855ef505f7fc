import { findTagged } from '../shared/operations/taggedSecrets.ts'
import { openBackup, verifyBackup } from './backup/readBackup.ts'
import { restoreTables } from './backup/restoreTables.ts'
import { createProgress, openBroker, parseOptions, run, toText, UsageError } from './commandLine.ts'
import { createMissingTables } from './createMissingTables.ts'
import { asSoleWriter } from './soleWriter.ts'

async function command(): Promise<number> {
  const options = parseOptions('restore')
  const broker = await openBroker(options.settings)
  const { containerUrl } = broker.config.backup
  if (!containerUrl) throw new UsageError('Set BACKUP_CONTAINER_URL to the container of the backups.')
  const { clock, credential } = broker
  const backup = await openBackup({ containerUrl, credential, clock, fetch }, options.backup)
  console.error(`${backup.name}: begun ${backup.manifest.startedAt}, ended ${backup.manifest.endedAt}.`)
  if (options['dry-run']) {
    await verifyBackup(backup)
    const rows = backup.manifest.parts.reduce((sum, part) => sum + part.rows, 0)
    console.log(`whole, with ${rows} rows`)
    return 0
  }
  const counts = await asSoleWriter(broker, options.wait, async () => {
    await createMissingTables(broker)
    const tagged = await findTagged(broker.vaults.grants)
    const progress = createProgress('Restoring tenants', 0)
    return restoreTables(broker, backup, tagged, progress.step).finally(progress.stop)
  })
  console.log(toText(counts) || 'The backup has no tenants.')
  console.log('Next: npm run rebuild-tables, for what was connected since.')
  return counts.damaged || counts.no_row ? 1 : 0
}

if (import.meta.main) await run(command)
