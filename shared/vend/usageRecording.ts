import type { RecordUsage } from '../domain/usage.ts'
import { recordUse } from './recordUse.ts'
import type { Vend } from './vend.ts'

/** Dependencies of a recorded vend. */
export interface UsageRecordingDependencies {
  readonly vend: Vend
  readonly recordUsage: RecordUsage
}

/** The vend as one app uses it: every vend is recorded, however it ends. */
export function withUsageRecording({ vend, recordUsage }: UsageRecordingDependencies, app: string): Vend {
  return {
    vend: (tenant, options) => recordUse(recordUsage, { app, tenant }, () => vend.vend(tenant, options)),
  }
}
