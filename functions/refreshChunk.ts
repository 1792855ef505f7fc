import { app } from '@azure/functions'
import * as z from 'zod'
import { broker } from '../shared/broker.ts'
import { refreshChunksQueue, runShard } from '../shared/operations/runSweep.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

const message = z.object({ shard: z.int().min(0) })

/** One shard that a sweep handed over: refreshes what is due in it. */
app.storageQueue('refreshChunk', {
  queueName: refreshChunksQueue,
  connection: 'AzureWebJobsStorage',
  handler: withTracing(async (entry) => {
    const { shard } = message.parse(entry)
    await runShard(broker(), shard)
  }),
})
