import { type Counter, type Gauge, type Histogram, metrics } from '@opentelemetry/api'
import { METRIC_HTTP_CLIENT_REQUEST_DURATION } from '@opentelemetry/semantic-conventions'
import { scope } from './scope.ts'

/** The broker's instruments; `docs/telemetry.md` explains each. */
export interface Instruments {
  readonly clientRequestDuration: Histogram
  readonly vendDuration: Histogram
  readonly refreshDuration: Histogram
  readonly sweepDue: Gauge
  readonly sweepLeftOver: Gauge
  readonly sweepOldestOverdue: Gauge
  readonly vaultThrottled: Counter
  readonly censusTenants: Gauge
  readonly censusStuck: Gauge
  readonly censusStored: Gauge
  readonly censusNamedSecrets: Gauge
  readonly censusSecretVersions: Gauge
  readonly censusLeftOver: Gauge
}

/** The names of the broker's own metrics, in one namespace; units are UCUM's. */
export const metricNames = {
  vendDuration: 'token_broker.vend.duration',
  refreshDuration: 'token_broker.refresh.duration',
  sweepDue: 'token_broker.sweep.due',
  sweepLeftOver: 'token_broker.sweep.left_over',
  sweepOldestOverdue: 'token_broker.sweep.oldest_overdue',
  vaultThrottled: 'token_broker.vault.throttled',
  censusTenants: 'token_broker.census.tenants',
  censusStuck: 'token_broker.census.stuck',
  censusStored: 'token_broker.census.stored',
  censusNamedSecrets: 'token_broker.census.named_secrets',
  censusSecretVersions: 'token_broker.census.secret_versions',
  censusLeftOver: 'token_broker.census.left_over',
} as const

/** Bucket bounds in seconds: the conventions' own ("http-metrics"), with finer ones below for warm vends. */
const secondsBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

let created: Instruments | undefined

/**
 * This process's instruments, created on first use: if created before telemetry starts, they would never record
 * anything.
 */
export function instruments(): Instruments {
  created ??= createInstruments()
  return created
}

function createInstruments(): Instruments {
  const meter = metrics.getMeter(scope)
  const duration = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: secondsBounds },
    })
  const tenants = (name: string, description: string) =>
    meter.createGauge(name, { description, unit: '{tenant}' })
  const secrets = (name: string, description: string) =>
    meter.createGauge(name, { description, unit: '{secret}' })
  return {
    clientRequestDuration: duration(
      METRIC_HTTP_CLIENT_REQUEST_DURATION,
      'Duration of calls to Microsoft, Google, Table Storage, and Key Vault.',
    ),
    vendDuration: duration(metricNames.vendDuration, 'Duration of vends inside the broker.'),
    refreshDuration: duration(
      metricNames.refreshDuration,
      'Duration of refreshes that reached a token endpoint, or found no grant to use.',
    ),
    sweepDue: tenants(metricNames.sweepDue, 'Tenants that were due in the last sweep.'),
    sweepLeftOver: tenants(metricNames.sweepLeftOver, 'Tenants that the last sweep left for the next one.'),
    sweepOldestOverdue: meter.createGauge(metricNames.sweepOldestOverdue, {
      description: 'How long the most overdue tenant of the last sweep had been waiting.',
      unit: 's',
    }),
    vaultThrottled: meter.createCounter(metricNames.vaultThrottled, {
      description: 'Requests that Key Vault answered with 429, no matter how often each was repeated.',
      unit: '{request}',
    }),
    censusTenants: tenants(metricNames.censusTenants, 'Tenants by status.'),
    censusStuck: tenants(metricNames.censusStuck, 'Tenants that wait for the operator or a directory.'),
    censusStored: meter.createGauge(metricNames.censusStored, {
      description: 'Rows in tables and secrets in vaults, by kind.',
      unit: '{item}',
    }),
    censusNamedSecrets: secrets(metricNames.censusNamedSecrets, 'Vault secrets that tenants’ rows name.'),
    censusSecretVersions: secrets(metricNames.censusSecretVersions, 'Versions of the grants’ secrets.'),
    censusLeftOver: secrets(metricNames.censusLeftOver, 'Vault secrets that wait to be destroyed.'),
  }
}
