import type { RecordUsage, UsageRecord } from '../domain/usage.ts'
import { Problem } from '../problems.ts'
import type { Vend } from './vend.ts'

/** Dependencies of a recorded vend. */
export interface UsageRecordingDependencies {
  readonly vend: Vend
  readonly recordUsage: RecordUsage
}

/** The vend as one app uses it: every vend is recorded, however it ends. */
export function withUsageRecording({ vend, recordUsage }: UsageRecordingDependencies, app: string): Vend {
  return {
    async vend(tenant, options) {
      const startedAt = performance.now()
      const record = (end: Pick<UsageRecord, 'environment' | 'problem'>) =>
        recordUsage({
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
