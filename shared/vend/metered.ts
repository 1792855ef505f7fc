import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions'
import { Problem } from '../problems.ts'
import { instruments } from '../telemetry/instruments.ts'
import type { Vend } from './vend.ts'

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
