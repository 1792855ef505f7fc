import type { Log, LogEvents } from '../domain/logEvents.ts'
import { instruments } from './instruments.ts'

/** A log whose lines are counted and timed as well: what is worth a line is worth a metric. */
export function meterLog(log: Log): Log {
  return (event, fields) => {
    log(event, fields)
    meters[event]?.(fields as never)
  }
}

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
  'vault.throttled': () => instruments().vaultThrottled.add(1),
}
