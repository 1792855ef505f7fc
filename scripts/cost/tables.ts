import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { count, dollars, gigabytes, number, rate } from './figures.ts'
import { assumed, prices } from './inputs.ts'
import {
  instanceGbSeconds,
  type Month,
  metricsGb,
  monthOf,
  passing,
  perActive,
  perIdle,
  refreshesPerSecond,
  secretReads,
  sizes,
  sweeps,
} from './model.ts'

const months = sizes.map(monthOf)
const heading = ['per month', ...sizes.map(({ tenants }) => `${number(tenants)} tenants`)]
const bold = (text: string) => `**${text}**`
const row = (name: string, cell: (month: Month, index: number) => string) => [name, ...months.map(cell)]
const spans = (count: number) => `${number(count * assumed.rowKb, 1)} KB`
const perSecond = (monthly: number) => `${rate(monthly / assumed.monthSeconds)}/s`
const sumOf = ({ dollars: each }: Month, left = each.gbSeconds) =>
  `${number(left, 2)} + ${number(each.executions, 2)} = ${bold(dollars(left + each.executions))}`

/** What a month costs, by size. */
export function arithmetic(): string {
  const { slow, fast } = counted.alerts
  const perSweep = `(1 + refreshes per sweep / ${refreshesPerSecond})`
  return table(heading, [
    row('grants kept in', (_month, index) =>
      sizes[index]?.store === 'sealed' ? 'tables, sealed' : `${counted.vaults - 1} vault`,
    ),
    row(
      `refreshes = ${assumed.activeShare} T × ${perActive} + ${1 - assumed.activeShare} T × ${perIdle}`,
      ({ refreshes }) => `${number(refreshes)} (${perSecond(refreshes)})`,
    ),
    row(
      `vends = ${assumed.activeShare} T × ${assumed.vendsPerHour} × ${assumed.hours}`,
      ({ vends }) => `${number(vends)} (${perSecond(vends)})`,
    ),
    row('HTTP GB-s', ({ vends, http, httpInstances }) =>
      http < httpInstances * instanceGbSeconds
        ? `${number(vends)} × ${assumed.memoryGb} = ${number(http)}`
        : `${httpInstances} × ${number(instanceGbSeconds)} = ${number(http)}`,
    ),
    row(`sweep GB-s = ${number(sweeps)} × ${perSweep} × ${assumed.memoryGb}`, ({ sweep, refreshes }) => {
      const busy = refreshes / assumed.monthSeconds / refreshesPerSecond
      return `${number(sweep)}${busy > 1 ? ` (always ${Math.ceil(busy)} instances)` : ''}`
    }),
    row(
      `app = (GB-s − ${number(prices.freeGbSeconds)}) × ${prices.onDemandGbSecond} + (executions − ${number(prices.freeExecutions)}) × ${prices.execution.toFixed(7)}`,
      (month) => sumOf(month),
    ),
    row('table transactions', (month) => `${count(month.table)} = ${bold(dollars(month.dollars.table))}`),
    row(`vault operations, with ${number(secretReads)} per instance`, (month, index) => {
      const marks =
        sizes[index]?.store === 'sealed'
          ? ', mostly reads of [disconnect marks](storage.md#marks-of-disconnects)'
          : ''
      return `${count(month.vault)}${marks} = ${bold(dollars(month.dollars.vault))}`
    }),
    row(`log lines = refreshes × ${assumed.rowKb} KB`, ({ logs }) => gigabytes(logs.lines)),
    row(
      `traces = (vends × ${spans(counted.spansPerVend)} + refreshes × ${spans(counted.spansPerRefresh)}) × share`,
      ({ logs }) => gigabytes(logs.traces),
    ),
    row(
      `metrics = instances × ${number(metricsGb, 2)} GB`,
      ({ instances, logs }) => `${instances}: ${gigabytes(logs.metrics)}`,
    ),
    row('the platform’s metrics', ({ logs }) => gigabytes(logs.platform)),
    row('vault audit', ({ logs }) => gigabytes(logs.audit)),
    row(`(all five − ${prices.freeGb} GB) × ${number(prices.ingestedGb, 2)}`, (month) =>
      bold(dollars(month.dollars.logs)),
    ),
    row(
      `audit kept for ${counted.keptLogDays} days instead of ${assumed.freeAuditDays} = GB × ${counted.keptLogDays - assumed.freeAuditDays} ÷ ${assumed.monthDays} × ${number(prices.keptGbMonth, 2)}`,
      (month) => bold(dollars(month.dollars.kept)),
    ),
    row(
      `${slow + fast} alerts = ${slow} × ${number(prices.slowAlert, 2)} + ${fast} × ${number(prices.fastAlert, 2)} + ${counted.vaults} vaults × ${number(prices.vaultMetricAlert, 2)}, and an availability test = ${number(counted.availabilityRuns)} × ${number(prices.availabilityRun, 4)} + ${number(prices.vaultMetricAlert, 2)}`,
      (month) => bold(dollars(month.dollars.alerts)),
    ),
    row('**total**', ({ total }) => bold(dollars(total, 0))),
    row('per tenant', ({ tenants, total }) => `${rate((total / tenants) * 100)} ct`),
  ])
}

/** How calls that are passed through are counted. */
export function passedGround(): string {
  const { memoryGb, monthSeconds, vendsPerHour } = assumed
  return `What the row *app* becomes if apps pass ${vendsPerHour} calls an hour per active tenant through the broker instead of vending. A waiting call holds a place on an instance for as long as Microsoft takes, and needs [little processor time](scale.md#what-one-instance-carries). So the number of places (\`httpConcurrency\`) decides the number of instances. GB-s are \`min(calls × seconds × ${memoryGb}, instances × ${number(monthSeconds)} × ${memoryGb})\`.`
}

/** What calls cost that are passed through instead of vends. */
export function passedCalls(): string {
  const appAt = (month: Month, concurrency: number) => {
    const { gbSeconds } = passing({ calls: month.vends }, concurrency)
    return Math.max(0, gbSeconds + month.sweep - prices.freeGbSeconds) * prices.onDemandGbSecond
  }
  const instancesAt = (concurrency: number) => (month: Month) => {
    const { inProgress, instances } = passing({ calls: month.vends }, concurrency)
    return `${instances}${inProgress < 1 ? ', for a part of the time' : ''}`
  }
  const { platformConcurrency } = assumed
  const httpConcurrency = counted.httpConcurrency[2048]
  return table(heading, [
    row(
      `calls = ${assumed.activeShare} T × ${assumed.vendsPerHour} × ${assumed.hours}`,
      ({ vends }) => `${number(vends)} (${perSecond(vends)})`,
    ),
    row(`calls in progress = calls a second × ${assumed.passedCallSeconds} s`, ({ vends }) =>
      rate(passing({ calls: vends }, httpConcurrency).inProgress),
    ),
    row(`instances at ${httpConcurrency} each`, instancesAt(httpConcurrency)),
    row('GB-s, with those of the sweep', ({ vends, sweep }) => {
      const { gbSeconds } = passing({ calls: vends }, httpConcurrency)
      return `${number(gbSeconds)} + ${number(sweep)}`
    }),
    row(`**app, at ${httpConcurrency} each**`, (month) => sumOf(month, appAt(month, httpConcurrency))),
    row(`instances at ${platformConcurrency} each, as without the setting`, instancesAt(platformConcurrency)),
    row(`**app, at ${platformConcurrency} each**`, (month) =>
      sumOf(month, appAt(month, platformConcurrency)),
    ),
  ])
}
