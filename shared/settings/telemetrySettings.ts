import { optional, withDefault } from './setting.ts'
import type { UrlSchemas } from './urls.ts'
import { text, wholeNumber } from './values.ts'

/** The destinations of traces and metrics; without one, nothing is sent. */
export const telemetrySettings = (urls: UrlSchemas) => ({
  insightsConnectionString: optional('APPLICATIONINSIGHTS_CONNECTION_STRING', text, {
    meaning:
      'Application Insights for traces and metrics, written with the managed identity. The Functions host reads this setting too.',
    example:
      'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
  }),
  otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', urls.web, {
    meaning:
      'An OpenTelemetry collector that receives traces and metrics (OTLP over HTTP) at `/v1/traces` and `/v1/metrics` below this URL. The Functions host reads this setting too.',
    example: 'https://collector.example.com:4318',
  }),
  serviceName: withDefault('OTEL_SERVICE_NAME', text, {
    meaning: 'The broker’s name in traces and metrics.',
    default: 'msads-token-broker',
    example: 'msads-token-broker-weu',
  }),
  metricIntervalMilliseconds: withDefault('OTEL_METRIC_EXPORT_INTERVAL', wholeNumber(100, 600_000), {
    meaning: 'Milliseconds between exports of metrics.',
    default: '60000',
    example: '30000',
  }),
})
