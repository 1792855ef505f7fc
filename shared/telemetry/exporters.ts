import type { AzureMonitorExporterOptions } from '@azure/monitor-opentelemetry-exporter'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { AggregationTemporality, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TelemetryConfig } from '../config.ts'

/** The identity for writing to Application Insights. */
export type IngestionCredential = NonNullable<AzureMonitorExporterOptions['credential']>

/** A destination of traces and metrics. */
export interface Destination {
  readonly spans: SpanExporter
  readonly metrics: PushMetricExporter
}

/**
 * Creates the destinations from the settings that the Functions host also reads: Application Insights, an OTLP
 * collector, both, or none. An exporter is loaded when it has something to send, so a cold start doesn't wait for it.
 */
export function createDestinations(config: TelemetryConfig, credential: IngestionCredential): Destination[] {
  const { insightsConnectionString, otlpEndpoint } = config
  return [
    ...(insightsConnectionString ? [toInsights(insightsConnectionString, credential)] : []),
    ...(otlpEndpoint ? [toCollector(otlpEndpoint)] : []),
  ]
}

/**
 * Ingestion accepts only the managed identity. Nothing is stored on the instance's disk, which disappears with the
 * instance.
 */
function toInsights(connectionString: string, credential: IngestionCredential): Destination {
  const options = { connectionString, credential, disableOfflineStorage: true }
  const load = () => import('@azure/monitor-opentelemetry-exporter')
  return {
    spans: loadedLater(async () => new (await load()).AzureMonitorTraceExporter(options)),
    metrics: {
      ...loadedLater(async () => new (await load()).AzureMonitorMetricExporter(options)),
      selectAggregationTemporality: () => AggregationTemporality.DELTA,
    },
  }
}

/** OTLP over HTTP as JSON; `OTEL_EXPORTER_OTLP_HEADERS` and the like are read by the exporter itself. */
function toCollector(endpoint: string): Destination {
  const at = (signal: string) => ({ url: `${endpoint.replace(/\/$/, '')}/v1/${signal}` })
  return {
    spans: loadedLater(async () => {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
      return new OTLPTraceExporter(at('traces'))
    }),
    metrics: {
      ...loadedLater(async () => {
        const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http')
        return new OTLPMetricExporter(at('metrics'))
      }),
      selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    },
  }
}

interface Exporter<T> {
  export(batch: T, done: (result: ExportResult) => void): void
  forceFlush?(): Promise<void>
  shutdown(): Promise<void>
}

/** An exporter that is loaded with its first batch, so a process without one never loads it. */
function loadedLater<T>(load: () => Promise<Exporter<T>>) {
  let loading: Promise<Exporter<T>> | undefined
  return {
    export(batch: T, done: (result: ExportResult) => void) {
      loading ??= load()
      loading.then(
        (exporter) => exporter.export(batch, done),
        (error: Error) => done({ code: ExportResultCode.FAILED, error }),
      )
    },
    async forceFlush() {
      await (await loading)?.forceFlush?.()
    },
    async shutdown() {
      await (await loading)?.shutdown()
    },
  }
}
