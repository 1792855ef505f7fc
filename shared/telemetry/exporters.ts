import type { AzureMonitorExporterOptions } from '@azure/monitor-opentelemetry-exporter'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { AggregationTemporality, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { TelemetryConfig } from '../config.ts'

/** As whom Application Insights is written to. */
export type IngestionCredential = NonNullable<AzureMonitorExporterOptions['credential']>

/** One place that traces and metrics go to. */
export interface Destination {
  readonly spans: SpanExporter
  readonly metrics: PushMetricExporter
}

/**
 * Where telemetry goes, by the settings that the Functions host itself reads: Application Insights, an OTLP collector,
 * both, or nowhere. An exporter is loaded when it has something to send: no cold start waits for it.
 */
export function createDestinations(config: TelemetryConfig, credential: IngestionCredential): Destination[] {
  const { insightsConnectionString, otlpEndpoint } = config
  return [
    ...(insightsConnectionString ? [toInsights(insightsConnectionString, credential)] : []),
    ...(otlpEndpoint ? [toCollector(otlpEndpoint)] : []),
  ]
}

/** Ingestion takes the managed identity only; nothing is kept on an instance's disk, which goes with the instance. */
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

/** OTLP over HTTP as JSON; `OTEL_EXPORTER_OTLP_HEADERS` and its kin are read by the exporter itself. */
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

/** An exporter that is loaded at its first batch, and not at all by a process that has none. */
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
