import { trace } from '@opentelemetry/api'

/** The instrumentation scope of everything that the broker records. */
export const scope = 'msads-token-broker'

/** The tracer of the broker's spans; it records nothing until telemetry has started. */
export const tracer = trace.getTracer(scope)
