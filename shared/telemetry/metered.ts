import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import type { Log, LogEvents } from '../domain/logEvents.ts'
import { Problem } from '../problems.ts'
import type { Vend } from '../vend/vend.ts'
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

/** A vend that is timed, by environment or by the problem that it ended in. */
export function meterVend({ vend }: Vend): Vend {
  return {
    async vend(name, wish) {
      const startedAt = performance.now()
      const record = (attributes: Record<string, string>) =>
        instruments().vendDuration.record((performance.now() - startedAt) / 1000, attributes)
      try {
        const vended = await vend(name, wish)
        record({ 'token_broker.environment': vended.lasting.environment })
        return vended
      } catch (error) {
        record({ [ATTR_ERROR_TYPE]: error instanceof Problem ? error.code : 'internal_error' })
        throw error
      }
    },
  }
}
