import { backups } from './backups.ts'
import { counted } from './counted.ts'
import { aboutDollars, count, dollars, gigabytes, number } from './figures.ts'
import { assumed, limits, prices } from './inputs.ts'
import {
  activeSeconds,
  executed,
  instanceGbSeconds,
  kept,
  type Month,
  monthOf,
  onDemand,
  sizes,
  tracesGb,
} from './model.ts'

const [small, middle, large] = sizes.map(monthOf) as [Month, Month, Month]
const whole = (value: number) => dollars(value, 0)
const appOf = ({ dollars: each }: Month) => each.gbSeconds + each.executions
const ingested = (gb: number) => gb * prices.ingestedGb
const instanceDollars = instanceGbSeconds * prices.onDemandGbSecond

/** The first sentence of the page. */
export function headline(): string {
  const about = ({ total, tenants }: Month) => `${aboutDollars(total)} for ${number(tenants)}`
  return `The broker costs about **${aboutDollars(small.total)} a month for 100 tenants, ${about(middle)}, and ${about(large)}**. The largest parts are ${largestParts()}. <!-- test: unit/cost-page: the total is the sum of the rows above it -->`
}

/** Which part of each month costs most. */
function largestParts(): string {
  const parts = [small, middle, large].map((month) => {
    const { alerts, kept, logs, table, vault } = month.dollars
    const all = {
      alerts,
      logs: logs + kept,
      'the tables': table,
      'vault operations': vault,
      'the app': appOf(month),
    }
    const [name, most] = Object.entries(all).reduce((a, b) => (b[1] > a[1] ? b : a))
    return `${name} (${whole(most)}) for ${number(month.tenants)}`
  })
  return `${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`
}

/** How instances on demand are billed. */
export function billing(): string {
  const gb = assumed.memoryGb
  return `On demand, an instance is billed while it works, for at least ${assumed.leastSeconds} s ([Microsoft](https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#billing)). A single vend costs ${assumed.leastSeconds} s × ${gb} GB = ${assumed.leastSeconds * gb} GB-s; overlapping vends share the second. HTTP therefore costs \`min(vends × ${assumed.leastSeconds * gb}, instances × ${number(assumed.monthSeconds)} × ${gb})\` GB-s. A vend from memory ends long before that, so \`httpConcurrency\` doesn't matter to vends. It decides what [passed-through calls](#calls-that-are-passed-through) cost, which wait for Microsoft.`
}

/** What many calls at once cost. */
export function bursts(): string {
  const calls = 400
  const at = (each: number) => {
    const instances = Math.ceil(calls / each)
    return { instances, month: whole(instances * instanceDollars) }
  }
  const [platform, own] = [at(assumed.platformConcurrency), at(counted.httpConcurrency[2048])]
  return `Those are averages. ${calls} calls at once take ${platform.instances} instances at ${assumed.platformConcurrency} each (${platform.month} for a whole month) and ${own.instances} at ${counted.httpConcurrency[2048]} each (${own.month}). A connect and a vend that waits for a refresh hold a place in the same way, for seconds. \`maximumInstanceCount\` isn't a ceiling on cost ([deploy.md](deploy.md#how-a-deploy-stays-safe-without-slots)).`
}

/** What changes the cost most, as a list. */
export function changes(): string {
  return [
    keptTokens(),
    instanceSize(),
    vaultsAtAMillion(),
    allTraces(),
    hostLines(),
    warmInstances(),
    privateNetworking(),
    backups(),
    '- **Geo-redundant storage** costs more for each GB and transaction of the tables: see [Microsoft’s prices](https://azure.microsoft.com/pricing/details/storage/tables/).',
    storageAudit(),
  ].join('\n')
}

function keptTokens(): string {
  const executions = large.vends / assumed.vendsPerHour
  const parts = [executions * prices.execution, instanceDollars, large.sweep * prices.onDemandGbSecond]
  const [executed = 0, instance = 0, sweep = 0] = parts
  return `- **Apps that keep their tokens.** Vends drop to one in ${assumed.vendsPerHour}. For a million tenants, the app's cost drops from ${whole(appOf(large))} to about ${whole(executed + instance + sweep)}: ${count(executions)} executions (${whole(executed)}), answered by one instance (${whole(instance)}), plus the sweep (${whole(sweep)}), not counting free grants.`
}

function instanceSize(): string {
  const app = onDemand((small.http + small.sweep) / 4) + executed(small.vends)
  return `- **Instance size.** An instance of 512 MB uses a quarter of the GB-seconds, has a quarter of a core, and [carries](scale.md#what-one-instance-carries) a quarter of the waiting calls: per call, both sizes cost the same. <!-- test: unit/cost: an instance of 512 MB carries the same share of calls as it has of memory --> It's for few vends: for 100 tenants, the app then costs about ${whole(app)}. Since Node.js uses one core, 4,096 MB carry no more waiting calls than 2,048 MB, at twice the price.`
}

function vaultsAtAMillion(): string {
  const vault = large.refreshes * counted.vaultPerRefresh.vault
  const sealed = large.refreshes * counted.vaultPerRefresh.sealed
  const auditOf = (operations: number) => (operations * assumed.auditKb) / 1e6
  const costOf = (operations: number) =>
    operations * prices.vaultOperation + ingested(auditOf(operations)) + kept(auditOf(operations))
  const each = large.refreshes / assumed.monthSeconds / limits.vaultWritesPerSecond
  const carried = limits.vaultWritesPerSecond * activeSeconds
  return `- **Vaults at a million tenants.** ${count(vault)} operations (${whole(vault * prices.vaultOperation)}), ${gigabytes(auditOf(vault))} of audit logs (${whole(ingested(auditOf(vault)))}, and ${whole(kept(auditOf(vault)))} for keeping them ${counted.keptLogDays} days), and ${Math.ceil(each)} vaults on an average day, ${Math.ceil(each * 2)} at peaks (${limits.vaultWritesPerSecond} new versions a second each): ${whole(costOf(vault) - costOf(sealed))} more than sealed, where each refresh only reads a mark. One vault supports ${number(carried)} active tenants at an even pace (${limits.vaultWritesPerSecond} a second × ${number(activeSeconds)} s between refreshes). Plan for half of that, and switch to \`GRANT_STORE=sealed\`, with geo-redundant storage, once you would need several vaults.`
}

function allTraces(): string {
  const [some, most] = [middle, large].map(({ vends, refreshes }) => tracesGb(vends, refreshes)) as [
    number,
    number,
  ]
  const share = sizes[2]?.traceShare ?? 0
  const perMinute = (large.vends / assumed.monthSeconds) * 60 * share
  return `- **Keeping all traces** costs the most: ${whole(ingested(some))} at 10,000 tenants (${gigabytes(some)}), ${aboutDollars(ingested(most))} at a million (${number(most)} GB). Lower \`traceSampling\` as you grow: ${sizes[0]?.traceShare} up to a few hundred tenants and ${sizes[1]?.traceShare} at 10,000. At a million, ${share} still keeps ${number(perMinute)} traces of vends a minute. It samples only traces. Tiles and all alerts but [host-failures](runbooks/host-failures.md) read log lines and metrics, which are never sampled. <!-- test: unit/infra-alerts: alerts and tiles read only unsampled data --> \`logDailyCapGb\` caps everything. When the cap is reached, alerts that look for log lines stay silent. [sweep-silent](runbooks/sweep-silent.md) rings then, because it looks for missing ones.`
}

function hostLines(): string {
  const gb = (middle.vends * counted.hostLinesPerCall * assumed.rowKb) / 1e6
  return `- **The host's two log lines per call** ("Executing" and "Executed") would cost ${whole(ingested(gb))} at 10,000 tenants: ${number(middle.vends / 1e6, 1)} M × ${counted.hostLinesPerCall} × ${assumed.rowKb} KB = ${gigabytes(gb)}. \`host.json\` turns them off for each function by name, under \`logging.OpenTelemetry.logLevel\`. A single rule for all functions (\`"Function": "Warning"\`) isn't enough: the host adds its own rule \`Function.*\` for its OpenTelemetry logger, which exports every level, and only a longer name overrides it. Errors and the broker's own lines stay. A new function needs its own line there; a test fails until it has one. <!-- test: unit/host-logging: the host’s two lines for each call are not exported -->`
}

function warmInstances(): string {
  const idle = 2 * instanceGbSeconds * prices.alwaysReadyIdleGbSecond
  const busy = (gbSeconds: number) => gbSeconds * prices.alwaysReadyBusyGbSecond
  const [same, both] = [middle.http + middle.sweep, 2 * middle.http + middle.sweep].map(busy) as [
    number,
    number,
  ]
  const sum = (part: number) => `${number(idle)} + ${number(part)} = ${whole(idle + part)}`
  return `- **Warm instances** (\`alwaysReadyInstances=2\`, 2 GB each; the template refuses [1](deploy.md#how-a-deploy-stays-safe-without-slots) <!-- test: unit/infra: those that always run are two or more -->): 2 × ${number(instanceGbSeconds)} × ${prices.alwaysReadyIdleGbSecond.toFixed(6)} = **${whole(idle)}**. Their work is cheaper (${prices.alwaysReadyBusyGbSecond}), but has no free grants. At 10,000 tenants they cost ${sum(same)} if they work at the same times, instead of ${whole(middle.dollars.gbSeconds)} on demand, and ${sum(both)} if both always have something to do.`
}

function privateNetworking(): string {
  const { endpoints, zones } = counted.privateNetworking
  const endpoint = prices.endpointHour * assumed.hours
  return `- **Private networking** with one grant vault: ${endpoints} endpoints × ${number(endpoint, 2)} + ${zones} zones × ${number(prices.dnsZone, 2)} = **${dollars(endpoints * endpoint + zones * prices.dnsZone)}**, plus ${dollars(endpoint)} for each further vault. <!-- test: unit/cost: each further vault and a backup account add a private endpoint -->`
}

function storageAudit(): string {
  const gb = (middle.table * assumed.storageAuditKb) / 1e6
  return `- **\`storageAuditLogs\`** logs every table transaction. At 10,000 tenants, that costs ${count(middle.table)} × ${assumed.storageAuditKb} KB = ${gigabytes(gb)} × ${number(prices.ingestedGb, 2)} = ${whole(ingested(gb))}, where the app costs ${whole(appOf(middle))}. Leave it off unless it's required.`
}
