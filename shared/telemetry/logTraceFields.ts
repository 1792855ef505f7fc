import { trace } from '@opentelemetry/api'

/**
 * The active trace and span, as log lines name them ("trace context in non-OTLP log formats"); empty without a trace.
 */
export function logTraceFields(): { readonly trace_id?: string; readonly span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext()
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {}
}
