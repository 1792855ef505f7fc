import type { Environment } from '../environment.ts'
import type { ProblemCode } from '../problems.ts'
import type { TenantName } from './tenant.ts'

/** One use that an app made of the broker, when it has ended. */
export interface UsageRecord {
  readonly operation: 'vend'
  readonly app: string
  readonly tenant: TenantName
  readonly durationSeconds: number
  /** Where it ended well. */
  readonly environment?: Environment
  /** Where it did not. */
  readonly problem?: ProblemCode
}

/** Takes note of each use. It never throws and nobody waits for it. */
export type RecordUsage = (use: UsageRecord) => void
