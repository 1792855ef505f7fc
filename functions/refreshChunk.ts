import { app } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { handedOverShard, refreshChunksQueue, runShard } from '../shared/operations/runSweep.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

/** One shard that a sweep handed over: refreshes what is due in it. */
app.storageQueue('refreshChunk', {
  queueName: refreshChunksQueue,
  connection: 'AzureWebJobsStorage',
  handler: withTracing(async (entry) => {
    await runShard(broker(), handedOverShard.parse(entry))
  }),
})
