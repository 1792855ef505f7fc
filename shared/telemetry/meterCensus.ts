import type { Gauge } from '@opentelemetry/api'
import type { LogEvents } from '../domain/logEvents.ts'
import { instruments } from './instruments.ts'

type Dimensions = Readonly<Record<string, string>>

/** What this process has recorded of each gauge: one that is gone is 0, or a collector keeps its last value. */
const recorded = new Map<Gauge, readonly Dimensions[]>()

/** Records a census as gauges. */
export function meterCensus(census: LogEvents['census.ended']): void {
  const { leftOver, namedSecrets, secretVersions, stored, stuck, tenants } = census
  const own = instruments()
  recordAll(own.censusTenants, 'token_broker.status', tenants)
  recordAll(own.censusStored, 'token_broker.kind', stored)
  record(
    own.censusStuck,
    Object.entries(stuck).flatMap(([reason, ages]) =>
      Object.entries(ages).map(
        ([age, count]) => [{ 'token_broker.reason': reason, 'token_broker.age': age }, count] as const,
      ),
    ),
  )
  own.censusNamedSecrets.record(namedSecrets)
  own.censusSecretVersions.record(secretVersions)
  own.censusLeftOver.record(leftOver)
}

function recordAll(gauge: Gauge, dimension: string, counts: Readonly<Record<string, number>>): void {
  record(
    gauge,
    Object.entries(counts).map(([value, count]) => [{ [dimension]: value }, count] as const),
  )
}

function record(gauge: Gauge, counts: readonly (readonly [Dimensions, number])[]): void {
  for (const dimensions of recorded.get(gauge) ?? []) gauge.record(0, dimensions)
  for (const [dimensions, count] of counts) gauge.record(count, dimensions)
  recorded.set(
    gauge,
    counts.map(([dimensions]) => dimensions),
  )
}
