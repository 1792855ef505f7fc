import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { dollars, number } from './figures.ts'
import { assumed, pricePages, prices } from './inputs.ts'
import {
  activeSeconds,
  censusLists,
  censusReads,
  idleDays,
  perActive,
  perIdle,
  platformMetricsGb,
  refreshesPerSecond,
  refreshSeconds,
  secretReads,
  sizes,
} from './model.ts'

const from = (page: keyof typeof pricePages) =>
  `[${pricePages[page]}](https://azure.microsoft.com/pricing/details/${pricePages[page]}/)`
const cents = (value: number) => `$${value}`

/** The prices that the arithmetic uses. */
export function priceTable(): string {
  const { freeAuditDays } = assumed
  return table(
    ['item', 'price', 'Microsoft’s page'],
    [
      [
        'Flex Consumption, on demand',
        `${cents(prices.onDemandGbSecond)} per GB-second; ${dollars(prices.execution * 1e6)} per million executions; ${number(prices.freeGbSeconds)} GB-s and ${number(prices.freeExecutions)} executions free each month`,
        from('functions'),
      ],
      [
        'Flex Consumption, always ready',
        `$${prices.alwaysReadyIdleGbSecond.toFixed(6)} per idle GB-second, ${cents(prices.alwaysReadyBusyGbSecond)} per busy GB-second`,
        from('functions'),
      ],
      [
        'Table Storage',
        `${cents(prices.tableTransaction * 10_000)} per 10,000 transactions; ${cents(prices.tableGbMonth)} per GB and month (ZRS)`,
        from('tables'),
      ],
      [
        'Key Vault, standard',
        `${dollars(prices.vaultOperation * 10_000)} per 10,000 operations`,
        from('vault'),
      ],
      [
        'Log Analytics',
        `${dollars(prices.ingestedGb)} per GB ingested; ${prices.freeGb} GB free each month; free retention of ${counted.keptLogDays} days for application logs and ${freeAuditDays} days for vault audit; ${dollars(prices.keptGbMonth)} per GB and month beyond`,
        from('monitor'),
      ],
      [
        'log alert',
        `${dollars(prices.slowAlert)} a month if evaluated every 15 minutes or less often, ${dollars(prices.fastAlert)} if every 5 minutes`,
        from('monitor'),
      ],
      [
        'backups: hot blobs, locally redundant',
        `${dollars(prices.blobGbMonth)} per GB and month`,
        from('blobs'),
      ],
      [
        'metric alert',
        `${dollars(prices.vaultMetricAlert)} a month per vault, and per availability test`,
        from('monitor'),
      ],
      [
        'availability test',
        `${dollars(prices.availabilityRun * 1000)} per 1,000 runs from one place, remembered without a source: check this one first; a canary adds a second test, ${dollars(counted.availabilityRuns * prices.availabilityRun)} a month`,
        from('monitor'),
      ],
      [
        'private endpoint; private DNS zone',
        `${dollars(prices.endpointHour)} an hour; ${dollars(prices.dnsZone)} a month`,
        `${from('privateLink')}; ${from('dns')}`,
      ],
    ],
  )
}

/** The quantities that the arithmetic uses, with where each comes from. */
export function quantityTable(): string {
  return table(
    ['name', 'value', 'source'],
    [
      ...tenants(),
      ...operations(),
      ...telemetry(),
      ['a month', `${assumed.hours} h = ${number(assumed.monthSeconds)} s`, ''],
    ],
  )
}

function tenants(): string[][] {
  const { activeShare, hours, monthDays, vendsPerHour } = assumed
  return [
    ['active share', `${activeShare * 100} % of tenants`, 'assumed: vended within the last day'],
    [
      'refreshes of an active tenant',
      `${hours} h × 60 / ${activeSeconds / 60} min = ${perActive} a month`,
      `assumed: a one-hour token, refreshed ${counted.aheadSeconds} s early plus up to the same again as jitter, by the next sweep ([scale.md](scale.md))`,
    ],
    [
      'refreshes of an idle tenant',
      `${monthDays} / ${number(idleDays, 1)} = ${perIdle} a month`,
      'counted: `KEEP_ALIVE_DAYS`, up to a fifth earlier because of jitter',
    ],
    [
      'vends',
      `${vendsPerHour} an hour per active tenant`,
      `assumed: an app that doesn't keep tokens. An app that keeps a token until \`expiresAt\` vends once an hour, one in ${vendsPerHour} of these`,
    ],
  ]
}

function operations(): string[][] {
  const { tablePerRefresh, tablePerSweep, tablePerVend, sweepConcurrency, vaultPerRefresh } = counted
  const { httpConcurrency, renewedDays } = counted
  const { latency } = assumed
  const reads = `${number(secretReads)} a month (${dollars(secretReads * prices.vaultOperation)}, and ${number((secretReads * assumed.auditKb) / 1e6, 2)} GB of audit)`
  const lists = `${number(censusLists(10_000))} a month for 10,000 (${dollars(censusLists(10_000) * prices.vaultOperation)})`
  return [
    [
      'table transactions',
      `${tablePerVend} per vend; ${tablePerRefresh} per refresh; ${tablePerSweep} per sweep; 1 a minute per instance that is called`,
      `counted: the row, if the process doesn't remember it; the row read, the lease, the next due row, the commit, the old due row removed; one query per shard (${counted.shards}), and the holds, the report, the places of the audit, of the census and of the walks over ended tenants and old events, each with a page. The audit lists up to 15 more buckets in a workspace of a few thousand tenants or fewer, and one or two in a large one, and more for each further workspace. Besides, the census reads each row's key once a day, ${number(counted.censusPageRows)} a transaction: ${number(censusReads(10_000))} a month for 10,000 tenants with ${assumed.censusRowsPerTenant} rows each`,
    ],
    [
      'vault operations',
      `${vaultPerRefresh.vault} per refresh`,
      `counted: read, new version. A Google refresh brings no new token: 1, and 1 more every ${renewedDays} days or more for the secret's new expiry date. With \`KEEP_ALIVE_DAYS\` above ${renewedDays}, each refresh of an idle tenant sets the date of the version that it replaces, so 3. After an upgrade from a version without expiry dates, 1 more for each tenant, once. Plus, per instance, one read every ${assumed.secretReadMinutes} minutes of each of about ${assumed.brokerSecrets} secrets of the broker's own, with the missing \`…-next\` ones: ${reads}. The census lists each grant vault once a day, ${counted.censusPageSecrets} secrets an operation: ${lists}`,
    ],
    [
      'time per refresh',
      `${number(refreshSeconds, 2)} s, ${sweepConcurrency} in parallel: ${number(refreshesPerSecond)} a second per instance`,
      `assumed: ${latency.signIn} s at the token endpoint, ${tablePerRefresh} table transactions of ${latency.table} s, and ${latency.vaultRead} and ${latency.vaultWrite} s at the vault; ${sweepConcurrency} is \`SWEEP_CONCURRENCY\``,
    ],
    [
      'passed-through calls',
      `${assumed.vendsPerHour} an hour per active tenant, instead of vends; Microsoft Advertising answers after ${assumed.passedCallSeconds} s`,
      'assumed: reports and bulk files take longer',
    ],
    [
      'HTTP requests that one instance takes at once (`httpConcurrency`)',
      `${httpConcurrency[2048]} at 2,048 MB and more, ${httpConcurrency[512]} at 512 MB`,
      `the template's defaults, measured ([scale.md](scale.md#what-one-instance-carries)); without the setting, ${assumed.platformConcurrency} at 2,048 MB ([report](facts.md#functions-host))`,
    ],
    [
      `vends per instance (${assumed.memoryGb} GB)`,
      `${assumed.vendsPerInstanceSecond} a second`,
      'assumed, conservative: measure yours with the load test (`test/bench`)',
    ],
  ]
}

function telemetry(): string[][] {
  const metrics = (rows: number) =>
    `${rows} rows a minute per instance: ${number((rows * assumed.hours * 60 * assumed.rowKb) / 1e6, 2)} GB a month`
  return [
    [
      'a row of telemetry',
      `${assumed.rowKb} KB including its envelope; vault audit ${assumed.auditKb} KB`,
      'assumed',
    ],
    ['log lines', `${counted.linesPerRefresh} per refresh`, 'counted, at the size above; never sampled'],
    [
      'spans',
      `${counted.spansPerVend} per vend, ${counted.spansPerRefresh} per refresh`,
      "counted: the host's and the function's; two per storage or vault call, one per token call",
    ],
    [
      'share of traces kept',
      sizes.map(({ tenants, traceShare }) => `${traceShare} at ${number(tenants)} tenants`).join(', '),
      'chosen: `traceSampling`',
    ],
    ["the broker's metrics", metrics(assumed.brokerMetricRows), 'assumed; never sampled'],
    [
      "the host's metrics",
      metrics(assumed.hostMetricRows),
      "assumed: ASP.NET Core, the .NET runtime, and the process, which the host emits in OpenTelemetry mode (`ConfigureMetrics` in its `OpenTelemetryConfigurationExtensions.cs`); `traceSampling` doesn't reduce them",
    ],
    [
      'the platform’s metrics',
      `${assumed.platformMetricRows} rows of ${assumed.platformRowKb} KB a minute per diagnostic setting, of which there are ${counted.diagnosticSettings}: ${number(platformMetricsGb, 2)} GB a month`,
      'the settings are counted, the rows assumed; `traceSampling` doesn’t reduce them',
    ],
    [
      'instances',
      `those of vends and those of sweeps, without one that works less than ${assumed.countedShare * 100} % of the time`,
      'assumed',
    ],
    [
      "the host's log lines for each call",
      '0',
      'counted: `host.json` turns them off ([below](#what-changes-it-most))',
    ],
  ]
}
