import { app } from '@azure/functions'
import { broker, isSet } from '../shared/broker.ts'
import { backUpWhenDue } from '../shared/operations/backUpWhenDue.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

/**
 * The backup timer: asks every hour whether a backup is due, or has failed since it was. Without `BACKUP_CONTAINER_URL`,
 * there is no timer.
 */
if (isSet('BACKUP_CONTAINER_URL')) {
  app.timer('backup', {
    schedule: '0 23 * * * *',
    handler: withTracing(async () => {
      await backUpWhenDue(broker())
    }),
  })
}
