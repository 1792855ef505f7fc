import { backUp } from '../shared/operations/backUpWhenDue.ts'
import { openBroker, parseOptions, run, UsageError } from './commandLine.ts'

async function command(): Promise<number> {
  const broker = await openBroker(parseOptions('backup').settings)
  const { containerUrl } = broker.config.backup
  if (!containerUrl) throw new UsageError('Set BACKUP_CONTAINER_URL to the container of the backups.')
  console.log(await backUp(broker, containerUrl))
  return 0
}

if (import.meta.main) await run(command)
