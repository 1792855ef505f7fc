import { optional, withDefault } from './setting.ts'
import type { UrlSchemas } from './urls.ts'
import { text, wholeNumber } from './values.ts'

/** Where traces and metrics go; nowhere without a destination. */
export const telemetrySettings = (urls: UrlSchemas) => ({
  insightsConnectionString: optional('APPLICATIONINSIGHTS_CONNECTION_STRING', text, {
    meaning:
      'Application Insights, for traces and metrics, written as the managed identity. The Functions host reads it too.',
    example:
      'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
  }),
  otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', urls.web, {
    meaning:
      'An OpenTelemetry collector, for traces and metrics by OTLP over HTTP, below `/v1/traces` and `/v1/metrics`. The Functions host reads it too.',
    example: 'https://collector.example.com:4318',
  }),
  serviceName: withDefault('OTEL_SERVICE_NAME', text, {
    meaning: 'What the broker is called in traces and metrics.',
    default: 'msads-token-broker',
    example: 'msads-token-broker-weu',
  }),
  metricIntervalMilliseconds: withDefault('OTEL_METRIC_EXPORT_INTERVAL', wholeNumber(100, 600_000), {
    meaning: 'Metrics are sent every so many milliseconds.',
    default: '60000',
    example: '30000',
  }),
})
