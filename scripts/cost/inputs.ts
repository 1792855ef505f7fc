import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allSettings } from '../../shared/settings.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'

const root = join(import.meta.dirname, '../..')

/** The default of a setting, as a number. @throws Error if there is none */
function defaultOf(name: string): number {
  const value = Number(allSettings().find((setting) => setting.name === name)?.default)
  if (!Number.isFinite(value)) throw new Error(`${name} has no default that is a number`)
  return value
}

/** A resource of `infra/snapshots/main.snapshot.json`, as far as it's counted. */
interface Predicted {
  readonly type: string
  readonly properties: {
    readonly evaluationFrequency?: string
    /** Of an availability test: where it runs, and how many seconds apart. */
    readonly Locations?: readonly object[]
    readonly Frequency?: number
  }
}

function predicted(): readonly Predicted[] {
  const text = readFileSync(join(root, 'infra/snapshots/main.snapshot.json'), 'utf8')
  return (JSON.parse(text) as { predictedResources: readonly Predicted[] }).predictedResources
}

/** List prices in US dollars for a large US region, as remembered, without discounts; {@link pricePages} has the current ones. */
export const prices = {
  onDemandGbSecond: 0.000026,
  execution: 0.4 / 1e6,
  freeGbSeconds: 100_000,
  freeExecutions: 250_000,
  alwaysReadyIdleGbSecond: 0.000004,
  alwaysReadyBusyGbSecond: 0.000016,
  tableTransaction: 0.00036 / 10_000,
  tableGbMonth: 0.056,
  vaultOperation: 0.03 / 10_000,
  ingestedGb: 2.3,
  freeGb: 5,
  keptGbMonth: 0.1,
  slowAlert: 0.5,
  fastAlert: 1.5,
  vaultMetricAlert: 0.1,
  /** A run of a standard availability test, from one place. */
  availabilityRun: 0.0005,
  endpointHour: 0.01,
  dnsZone: 0.5,
} as const

/** Microsoft's pages with the prices, below `https://azure.microsoft.com/pricing/details/`. */
export const pricePages = {
  functions: 'functions',
  tables: 'storage/tables',
  vault: 'key-vault',
  monitor: 'monitor',
  privateLink: 'private-link',
  dns: 'dns',
} as const

const hours = 730

/** Quantities that are chosen, assumed, or Azure's. Sizes are in KB, times in seconds unless the name says otherwise. */
export const assumed = {
  hours,
  monthSeconds: hours * 3600,
  monthDays: 30.4,
  activeShare: 0.25,
  tokenSeconds: 3600,
  vendsPerHour: 20,
  refreshSeconds: 0.4,
  passedCallSeconds: 2,
  vendsPerInstanceSecond: 250,
  memoryGb: 2,
  httpConcurrency: 200,
  platformConcurrency: 16,
  rowKb: 1.2,
  auditKb: 1.5,
  storageAuditKb: 1,
  brokerMetricRows: 10,
  hostMetricRows: 40,
  platformMetricRows: 6,
  platformRowKb: 0.5,
  freeAuditDays: 31,
  keptAuditDays: 90,
  /** An instance counts for metrics and for reads of secrets if it works for this share of the time. */
  countedShare: 0.01,
  vaultWritesPerSecond: 30,
  brokerSecrets: 8,
  secretReadMinutes: 4,
  censusRowsPerTenant: 80,
} as const

const tablePerRefresh = 4
const vaultPerRefresh = { vault: 2, sealed: 1 }

/**
 * Quantities that the code, its settings' defaults, and the template determine. `test/end-to-end/sweep-cost.test.ts`
 * counts the operations of a sweep and of a refresh.
 */
export const counted = {
  sweepConcurrency: defaultOf('SWEEP_CONCURRENCY'),
  aheadSeconds: defaultOf('REFRESH_AHEAD_SECONDS'),
  keepAliveDays: defaultOf('KEEP_ALIVE_DAYS'),
  sweepSeconds: 300,
  shards: createDueTable({} as Parameters<typeof createDueTable>[0]).shardCount,
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
  alerts: countAlerts(),
  /** Runs a month of the availability test of `/health`, from all its places; a canary has one of its own beside it. */
  availabilityRuns: countAvailabilityRuns(),
  vaults: predicted().filter(({ type }) => type === 'Microsoft.KeyVault/vaults').length,
  diagnosticSettings: predicted().filter(({ type }) => type === 'Microsoft.Insights/diagnosticSettings')
    .length,
} as const

function countAvailabilityRuns(): number {
  const [test] = predicted().filter(({ type }) => type === 'Microsoft.Insights/webtests')
  return (
    ((test?.properties.Locations?.length ?? 0) * assumed.monthSeconds) / (test?.properties.Frequency ?? 1)
  )
}

/** Log alerts by how often they're evaluated: every 5 minutes, or every 15 minutes or less often. */
function countAlerts(): { readonly slow: number; readonly fast: number } {
  const rules = predicted().filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules')
  const fast = rules.filter(({ properties }) => properties.evaluationFrequency === 'PT5M').length
  return { slow: rules.length - fast, fast }
}
