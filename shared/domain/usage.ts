import type { Environment } from '../environment.ts'
import type { ProblemCode } from '../problems.ts'
import type { TenantName } from './tenant.ts'

/** One finished use of the broker by an app. */
export interface UsageRecord {
  readonly operation: 'vend'
  readonly app: string
  readonly tenant: TenantName
  readonly durationSeconds: number
  /** Set if it succeeded. */
  readonly environment?: Environment
  /** Set if it failed. */
  readonly problem?: ProblemCode
}

/** Records each use. It never throws, and callers don't wait for it. */
export type RecordUsage = (use: UsageRecord) => void
