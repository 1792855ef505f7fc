import { app, output } from '@azure/functions'
import { broker } from '../shared/broker.ts'
import { refreshChunksQueue, runSweep } from '../shared/operations/runSweep.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

/** The output binding that hands over; messages are `{shard}`. */
const refreshChunks = output.storageQueue({
  queueName: refreshChunksQueue,
  connection: 'AzureWebJobsStorage',
})

/**
 * The refresh timer: refreshes whatever is due. What exceeds one instance's share goes to the queue, shard by shard,
 * and the platform's own scale-out does it.
 */
app.timer('refresh', {
  schedule: '%REFRESH_SCHEDULE%',
  extraOutputs: [refreshChunks],
  handler: withTracing(async (_timer, context) => {
    const { handOver } = await runSweep(broker(), { mayHandOver: true })
    context.extraOutputs.set(
      refreshChunks,
      handOver.map((shard) => ({ shard })),
    )
  }),
})
