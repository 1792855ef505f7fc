import { toProblem } from '../domain/toProblem.ts'
import type { RecordUsage, UsageRecord } from '../domain/usage.ts'
import type { Environment } from '../environment.ts'

/** Runs a vend and records it once, however it ends: a failure with the code that its app gets. */
export async function recordUse<T extends { readonly environment: Environment }>(
  recordUsage: RecordUsage,
  use: Pick<UsageRecord, 'app' | 'tenant'>,
  vend: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  const record = (end: Pick<UsageRecord, 'environment' | 'problem'>) =>
    recordUsage({
      operation: 'vend',
      ...use,
      durationSeconds: (performance.now() - startedAt) / 1000,
      ...end,
    })
  try {
    const vended = await vend()
    record({ environment: vended.environment })
    return vended
  } catch (error) {
    record({ problem: toProblem(error).code })
    throw error
  }
}
