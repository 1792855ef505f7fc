import { useInstrumenter } from '@azure/core-tracing'
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import type { TelemetryConfig } from '../config.ts'
import { createAzureSdkInstrumenter } from './azureSdk.ts'
import { createDestinations, type IngestionCredential } from './exporters.ts'

/** Telemetry of this process. */
export interface Telemetry {
  /** Sends the remaining data, then stops. */
  stop(): Promise<void>
}

/**
 * Starts traces and metrics of this process, once; without a destination, nothing is recorded and there is no cost.
 * The Functions host decides which traces are kept (`OTEL_TRACES_SAMPLER`), and the broker follows it; metrics and
 * log lines are never sampled.
 * @param credential the identity for writing to Application Insights.
 */
export function startTelemetry(
  config: TelemetryConfig,
  credential: IngestionCredential,
): Telemetry | undefined {
  const destinations = createDestinations(config, credential)
  if (destinations.length === 0) return undefined
  const resource = resourceFromAttributes({ [ATTR_SERVICE_NAME]: config.serviceName })
  const tracing = new BasicTracerProvider({
    resource,
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: destinations.map(({ spans }) => new BatchSpanProcessor(spans)),
  })
  const measuring = new MeterProvider({
    resource,
    readers: destinations.map(({ metrics: exporter }) => createReader(exporter, config)),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(tracing)
  metrics.setGlobalMeterProvider(measuring)
  useInstrumenter(createAzureSdkInstrumenter())
  return {
    async stop() {
      await Promise.allSettled([tracing.shutdown(), measuring.shutdown()])
    },
  }
}

function createReader(
  exporter: ConstructorParameters<typeof PeriodicExportingMetricReader>[0]['exporter'],
  { metricIntervalMilliseconds }: TelemetryConfig,
): PeriodicExportingMetricReader {
  const exportTimeoutMillis = Math.min(metricIntervalMilliseconds, 30_000)
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: metricIntervalMilliseconds,
    exportTimeoutMillis,
  })
}
