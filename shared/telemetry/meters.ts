import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import type { Log, LogEvents } from '../domain/logEvents.ts'
import type { RecordUsage } from '../domain/usage.ts'
import { instruments } from './instruments.ts'
import { meterCensus } from './meterCensus.ts'

/** A log that also counts and times its lines: every logged event is also a metric. */
export function meterLog(log: Log): Log {
  return (event, fields) => {
    log(event, fields)
    meters[event]?.(fields as never)
  }
}

/** Times each vend, by environment or by its problem. */
export const meterUsage: RecordUsage = ({ durationSeconds, environment, problem }) =>
  instruments().vendDuration.record(durationSeconds, {
    ...(environment && { 'token_broker.environment': environment }),
    ...(problem && { [ATTR_ERROR_TYPE]: problem }),
  })

const meters: { readonly [E in keyof LogEvents]?: (fields: LogEvents[E]) => void } = {
  'refresh.ended': ({ durationMilliseconds, environment, identityProvider, outcome }) =>
    instruments().refreshDuration.record(durationMilliseconds / 1000, {
      'token_broker.environment': environment,
      'token_broker.identity_provider': identityProvider,
      'token_broker.outcome': outcome,
    }),
  'sweep.ended': ({ due, leftOver, oldestOverdueSeconds }) => {
    const { sweepDue, sweepLeftOver, sweepOldestOverdue } = instruments()
    sweepDue.record(due)
    sweepLeftOver.record(leftOver)
    sweepOldestOverdue.record(oldestOverdueSeconds)
  },
  'census.ended': meterCensus,
  'vault.throttled': () => instruments().vaultThrottled.add(1),
}
