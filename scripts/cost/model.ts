import { counted } from './counted.ts'
import { assumed, prices } from './inputs.ts'

/** A broker of a size. */
export interface Size {
  readonly tenants: number
  readonly store: 'vault' | 'sealed'
  /** The share of traces that is kept (`traceSampling`). */
  readonly traceShare: number
}

/** The sizes of `docs/cost.md`. */
export const sizes: readonly Size[] = [
  { tenants: 100, store: 'vault', traceShare: 1 },
  { tenants: 10_000, store: 'vault', traceShare: 0.01 },
  { tenants: 1_000_000, store: 'sealed', traceShare: 0.001 },
]

/** Seconds between refreshes of an active tenant: ahead of the end, with half the jitter, by the next sweep. */
export const activeSecondsAt = (sweepSeconds: number) =>
  assumed.tokenSeconds - 1.5 * counted.aheadSeconds + sweepSeconds / 2
/** The same, with the template's schedule. */
export const activeSeconds = activeSecondsAt(counted.sweepSeconds)
/** Refreshes a month, rounded as the page shows them, so that its numbers can be followed. */
export const perActive = Math.round(assumed.monthSeconds / activeSeconds)
/** Days between refreshes of an idle tenant: up to a fifth early. */
export const idleDays = counted.keepAliveDays * 0.9
/** Refreshes a month, rounded like {@link perActive}. */
export const perIdle = Number((assumed.monthDays / idleDays).toFixed(2))
/** Seconds of a refresh with its grant in a vault: its calls, one after the other. */
export const refreshSeconds = secondsOfRefresh()
/** Refreshes a second of one instance that runs `concurrency` at once, rounded down. */
export const paceOf = (concurrency: number) => Math.floor(concurrency / refreshSeconds)
/** Refreshes a second of one instance with the default settings. */
export const refreshesPerSecond = paceOf(counted.sweepConcurrency)
/** Sweeps a month. */
export const sweeps = assumed.monthSeconds / counted.sweepSeconds
/** GB-seconds of one instance that works all month. */
export const instanceGbSeconds = assumed.monthSeconds * assumed.memoryGb
/** Reads of the broker's own secrets a month, of one instance. */
export const secretReads = (assumed.brokerSecrets * assumed.hours * 60) / assumed.secretReadMinutes
const gb = (count: number, kilobytes: number) => (count * kilobytes) / 1e6
/** GB of metrics a month, of one instance. */
export const metricsGb = gb(
  (assumed.brokerMetricRows + assumed.hostMetricRows) * assumed.hours * 60,
  assumed.rowKb,
)

/** GB of the platform's metrics a month, which diagnostic settings copy whether or not anything is called. */
export const platformMetricsGb = gb(
  counted.diagnosticSettings * assumed.platformMetricRows * assumed.hours * 60,
  assumed.platformRowKb,
)

/** Dollars for work on demand. */
export function onDemand(gbSeconds: number): number {
  return Math.max(0, gbSeconds - prices.freeGbSeconds) * prices.onDemandGbSecond
}

/** Dollars for executions. */
export function executed(executions: number): number {
  return Math.max(0, executions - prices.freeExecutions) * prices.execution
}

/** Dollars for keeping audit longer than the free days. */
export function kept(auditGb: number): number {
  const months = (counted.keptLogDays - assumed.freeAuditDays) / assumed.monthDays
  return auditGb * months * prices.keptGbMonth
}

/** The most GB-seconds of calls that last this long, at most this many at once on an instance. */
export function passing({ calls }: { readonly calls: number }, concurrency: number) {
  const inProgress = (calls / assumed.monthSeconds) * assumed.passedCallSeconds
  const instances = Math.max(1, Math.ceil(inProgress / concurrency))
  const alone = calls * assumed.passedCallSeconds * assumed.memoryGb
  return { inProgress, instances, gbSeconds: Math.min(alone, instances * instanceGbSeconds) }
}

/** What a month of a broker takes and costs, in dollars; the quantities are unrounded. */
export function monthOf({ tenants, store, traceShare }: Size) {
  const active = assumed.activeShare * tenants
  const refreshes = active * perActive + (tenants - active) * perIdle
  const vends = active * assumed.vendsPerHour * assumed.hours
  const httpInstances = Math.ceil(vends / assumed.monthSeconds / assumed.vendsPerInstanceSecond)
  const http = Math.min(vends * assumed.leastSeconds * assumed.memoryGb, httpInstances * instanceGbSeconds)
  const sweep = sweeps * (1 + refreshes / sweeps / refreshesPerSecond) * assumed.memoryGb
  const instances = countInstances(http) + countInstances(sweep)
  const table =
    vends * counted.tablePerVend +
    refreshes * counted.tablePerRefresh +
    sweeps * counted.tablePerSweep +
    instances * assumed.hours * 60 +
    censusReads(tenants)
  const listed = store === 'vault' ? censusLists(tenants) : 0
  const vault = refreshes * counted.vaultPerRefresh[store] + instances * secretReads + listed
  const logs = {
    lines: gb(refreshes * counted.linesPerRefresh, assumed.rowKb),
    traces: tracesGb(vends, refreshes) * traceShare,
    metrics: instances * metricsGb,
    platform: platformMetricsGb,
    audit: gb(vault, assumed.auditKb),
  }
  const dollars = {
    gbSeconds: onDemand(http + sweep),
    executions: executed(vends),
    table: table * prices.tableTransaction,
    vault: vault * prices.vaultOperation,
    logs: Math.max(0, sum(Object.values(logs)) - prices.freeGb) * prices.ingestedGb,
    kept: kept(logs.audit),
    alerts: alertsDollars,
  }
  const total = sum(Object.values(dollars))
  return {
    tenants,
    active,
    refreshes,
    vends,
    http,
    httpInstances,
    sweep,
    instances,
    table,
    vault,
    logs,
    dollars,
    total,
  }
}

/** A month, as `monthOf` counts it. */
export type Month = ReturnType<typeof monthOf>

/** Operations a month with which the census lists a secret for each tenant, once a day. */
export function censusLists(tenants: number): number {
  return (tenants / counted.censusPageSecrets) * assumed.monthDays
}

/** Table transactions a month with which the census reads the keys of all rows, once a day. */
export function censusReads(tenants: number): number {
  return ((tenants * assumed.censusRowsPerTenant) / counted.censusPageRows) * assumed.monthDays
}

/** GB of all traces. */
export function tracesGb(vends: number, refreshes: number): number {
  return gb(vends * counted.spansPerVend + refreshes * counted.spansPerRefresh, assumed.rowKb)
}

const alertsDollars =
  counted.alerts.slow * prices.slowAlert +
  counted.alerts.fast * prices.fastAlert +
  counted.vaults * prices.vaultMetricAlert +
  counted.availabilityRuns * prices.availabilityRun +
  prices.vaultMetricAlert

function secondsOfRefresh(): number {
  const { signIn, table, vaultRead, vaultWrite } = assumed.latency
  return signIn + counted.tablePerRefresh * table + vaultRead + vaultWrite
}

/** Instances that work, of those that this work needs. */
function countInstances(gbSeconds: number): number {
  const busy = gbSeconds / instanceGbSeconds
  return busy < assumed.countedShare ? 0 : Math.ceil(busy)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
