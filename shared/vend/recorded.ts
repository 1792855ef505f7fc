import type { RecordUse, Use } from '../domain/use.ts'
import { Problem } from '../problems.ts'
import type { Vend } from './vend.ts'

/** Dependencies of a recorded vend. */
export interface RecordedVendDependencies {
  readonly vend: Vend
  readonly recordUse: RecordUse
}

/** Wraps the vend for one app: every vend is recorded, whether it succeeds or fails. */
export function recordedVend({ vend, recordUse }: RecordedVendDependencies, app: string): Vend {
  return {
    async vend(tenant, options) {
      const startedAt = performance.now()
      const record = (end: Pick<Use, 'environment' | 'problem'>) =>
        recordUse({
          operation: 'vend',
          app,
          tenant,
          durationSeconds: (performance.now() - startedAt) / 1000,
          ...end,
        })
      try {
        const vended = await vend.vend(tenant, options)
        record({ environment: vended.environment })
        return vended
      } catch (error) {
        record({ problem: error instanceof Problem ? error.code : 'internal_error' })
        throw error
      }
    },
  }
}
