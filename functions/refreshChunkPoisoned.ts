import { app } from '@azure/functions'
import { refreshChunksQueue } from '../shared/operations/runSweep.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'
import { createLog } from '../shared/telemetry/log.ts'

/** A shard that failed on every attempt is logged as an event with an alert. Its rows stay due for the next sweep. */
app.storageQueue('refreshChunkPoisoned', {
  queueName: `${refreshChunksQueue}-poison`,
  connection: 'AzureWebJobsStorage',
  handler: withTracing(async (entry) => {
    const shard = Number((entry as { shard?: unknown })?.shard ?? -1)
    createLog(console.log)('sweep.shard_poisoned', { shard })
  }),
})
