import { grantSecretSeconds, renewedGrantSecretSeconds } from '../../shared/domain/schedule.ts'
import { allSettings } from '../../shared/settings.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { assumed } from './inputs.ts'
import { template } from './template.ts'

/** The default of a setting, as a number. @throws Error if there is none */
function defaultOf(name: string): number {
  const value = Number(allSettings().find((setting) => setting.name === name)?.default)
  if (!Number.isFinite(value)) throw new Error(`${name} has no default that is a number`)
  return value
}

const tablePerRefresh = 5
const vaultPerRefresh = { vault: 2, sealed: 1 }
const { availabilityRunsPerSecond, ...created } = template

/**
 * Quantities that the code, its settings' defaults, and the template determine. `test/end-to-end/sweep-cost.test.ts`
 * counts the operations of a sweep and of a refresh; `test/unit/cost.test.ts` compares others with the code.
 */
export const counted = {
  ...created,
  sweepConcurrency: defaultOf('SWEEP_CONCURRENCY'),
  handoverCount: defaultOf('SWEEP_HANDOVER_COUNT'),
  aheadSeconds: defaultOf('REFRESH_AHEAD_SECONDS'),
  keepAliveDays: defaultOf('KEEP_ALIVE_DAYS'),
  backupHours: defaultOf('BACKUP_HOURS'),
  /** Of the template's `REFRESH_SCHEDULE`. */
  sweepSeconds: 300,
  /** How long a Microsoft refresh token lives without use. */
  grantDays: grantSecretSeconds / 86_400,
  shards: createDueTable({} as Parameters<typeof createDueTable>[0]).shardCount,
  /** After which a refresh without a new token renews its secret's expiry date. */
  renewedDays: (grantSecretSeconds - renewedGrantSecretSeconds) / 86_400,
  tablePerVend: 1,
  tablePerRefresh,
  tablePerSweep: 59,
  vaultPerRefresh,
  spansPerVend: 4,
  /** Two for each call of storage or of a vault, one for that of the token endpoint. */
  spansPerRefresh: 2 * (tablePerRefresh + vaultPerRefresh.vault) + 1,
  linesPerRefresh: 1,
  hostLinesPerCall: 2,
  censusPageRows: 1000,
  censusPageSecrets: 25,
  /** Reads of rows at once by a page of `GET /v1/tenants`. */
  listReadsAtOnce: 32,
  /** Runs a month of the availability test of `/health`; a canary has one of its own beside it. */
  availabilityRuns: availabilityRunsPerSecond * assumed.monthSeconds,
} as const
