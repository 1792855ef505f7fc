import { app, output } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { type HandedOverShard, refreshChunksQueue, runSweep } from '../shared/operations/runSweep.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

/** The output binding for shards that are handed over; messages are {@link HandedOverShard}. */
const refreshChunks = output.storageQueue({
  queueName: refreshChunksQueue,
  connection: 'AzureWebJobsStorage',
})

/**
 * The refresh timer: refreshes what is due. Work beyond one instance's share goes to the queue, one message per shard,
 * and the platform scales out to process it.
 */
app.timer('refresh', {
  schedule: '%REFRESH_SCHEDULE%',
  extraOutputs: [refreshChunks],
  handler: withTracing(async (_timer, context) => {
    const { handOver, report } = await runSweep(broker(), { mayHandOver: true })
    context.extraOutputs.set(
      refreshChunks,
      handOver.map((shard): HandedOverShard => ({ shard, sweep: report.sweep })),
    )
  }),
})
