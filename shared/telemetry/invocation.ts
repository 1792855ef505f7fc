import type { InvocationContext } from '@azure/functions'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { ATTR_ERROR_TYPE, ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions'
import { createLog } from './log.ts'
import { tracer } from './scope.ts'

/** `faas.trigger` of each kind of trigger (semantic conventions, "faas-spans"). */
const triggers: Readonly<Record<string, string>> = {
  httpTrigger: 'http',
  timerTrigger: 'timer',
  queueTrigger: 'pubsub',
}

/**
 * Wraps a function's handler so that its work belongs to the trace that the Functions host started, below
 * one span named after the function. The host's own span is the request; this one is the work. If the
 * host doesn't keep the trace, there is no span. A handler that throws is logged as `function.failed`: the host's own
 * record is sampled, but alerts must not be.
 */
export function withTracing<I, R>(handler: Handler<I, R>): Handler<I, R> {
  return (input, invocation) => {
    const parent = parentOf(invocation)
    const isKept =
      ((trace.getSpanContext(parent)?.traceFlags ?? TraceFlags.SAMPLED) & TraceFlags.SAMPLED) !== 0
    const run = () => runLogged(handler, input, invocation)
    return isKept ? inSpan(invocation, parent, run) : context.with(parent, run)
  }
}

type Handler<I, R> = (input: I, invocation: InvocationContext) => Promise<R>

/** Without `tracestate`, which would pass a caller's own values on to every service that the broker calls. */
function parentOf({ traceContext }: InvocationContext): Context {
  return propagation.extract(ROOT_CONTEXT, { traceparent: traceContext?.traceParent })
}

async function runLogged<I, R>(handler: Handler<I, R>, input: I, invocation: InvocationContext): Promise<R> {
  try {
    return await handler(input, invocation)
  } catch (error) {
    const { functionName, invocationId } = invocation
    const name = error instanceof Error ? error.name : 'unknown'
    createLog(console.log)('function.failed', { function: functionName, invocationId, error: name })
    throw error
  }
}

function inSpan<R>(invocation: InvocationContext, parent: Context, run: () => Promise<R>): Promise<R> {
  const attributes = {
    'faas.invocation_id': invocation.invocationId,
    'faas.trigger': triggers[invocation.options.trigger.type] ?? 'other',
  }
  return tracer.startActiveSpan(invocation.functionName, { attributes }, parent, async (span) => {
    try {
      const result = await run()
      recordStatus(span, result)
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

/** Records the invocation's problem on the active span. */
export function recordProblem(code: string): void {
  trace.getActiveSpan()?.setAttribute(ATTR_ERROR_TYPE, code)
}

/**
 * Records the invocation's tenant on the active span, so its trace can be found by the key in log lines.
 * @param key computes the tenant's key; called only if the span is recorded.
 */
export function recordTenant(key: () => string): void {
  const span = trace.getActiveSpan()
  if (span?.isRecording()) span.setAttribute('token_broker.tenant_key', key())
}

/** Records the calling app on the active span, so its calls can be found. */
export function recordApp(app: string): void {
  trace.getActiveSpan()?.setAttribute('token_broker.app', app)
}

function recordStatus(span: Span, result: unknown): void {
  const status = (result as { status?: unknown } | undefined)?.status
  if (typeof status !== 'number') return
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
}
