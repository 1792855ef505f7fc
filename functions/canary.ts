import { app } from '@azure/functions'
import { broker, isSet } from '../shared/broker.ts'
import { runCanary } from '../shared/operations/runCanary.ts'
import { withTracing } from '../shared/telemetry/invocation.ts'

/** Between two runs of the refresh timer, if that runs every five minutes. */
const schedule = '30 2/5 * * * *'

/**
 * The canary timer: vends and calls Microsoft Advertising as the tenant that `CANARY_TENANT` names. Without one, there is
 * no timer.
 */
if (isSet('CANARY_TENANT')) {
  app.timer('canary', { schedule, handler: withTracing(async () => runCanary(broker())) })
}
