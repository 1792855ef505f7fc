import type { FunctionHandler, InvocationContext } from '@azure/functions'
import { propagation, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions'
import { scope } from './scope.ts'

/** `faas.trigger` of each kind of trigger (semantic conventions, "faas-spans"). */
const triggers: Readonly<Record<string, string>> = {
  httpTrigger: 'http',
  timerTrigger: 'timer',
  queueTrigger: 'pubsub',
}

/**
 * Wraps a function's handler so that everything that it does belongs to the trace that the Functions host began, below
 * one span named after the function. The host's own span is the request; this one is the work.
 */
export function traceInvocation(handler: FunctionHandler, context: InvocationContext): FunctionHandler {
  const { traceParent, traceState } = context.traceContext ?? {}
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent: traceParent, tracestate: traceState })
  const attributes = {
    'faas.invocation_id': context.invocationId,
    'faas.trigger': triggers[context.options.trigger.type] ?? 'other',
  }
  return (input, own) =>
    trace.getTracer(scope).startActiveSpan(context.functionName, { attributes }, parent, async (span) => {
      try {
        const result = await handler(input, own)
        noteStatus(span, result)
        return result
      } catch (error) {
        span.setAttribute(ATTR_ERROR_TYPE, error instanceof Error ? error.name : 'unknown')
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    })
}

/** Notes on the active span which problem the invocation ends in. */
export function noteProblem(code: string): void {
  trace.getActiveSpan()?.setAttribute(ATTR_ERROR_TYPE, code)
}

/**
 * Notes on the active span whom the invocation is for, so that its trace is found by the key that log lines have.
 * @param key makes the tenant's key; asked only where somebody will read it.
 */
export function noteTenant(key: () => string): void {
  const span = trace.getActiveSpan()
  if (span?.isRecording()) span.setAttribute('token_broker.tenant_key', key())
}

/** The active trace and span, as log lines name them ("trace context in non-OTLP log formats"); empty without. */
export function traceOfLine(): { readonly trace_id?: string; readonly span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext()
  return active ? { trace_id: active.traceId, span_id: active.spanId } : {}
}

function noteStatus(span: Span, result: unknown): void {
  const status = (result as { status?: unknown } | undefined)?.status
  if (typeof status !== 'number') return
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}
