import type {
  Instrumenter,
  InstrumenterSpanOptions,
  SpanStatus,
  TracingContext,
  TracingSpan,
} from '@azure/core-tracing'
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { instruments } from './instruments.ts'
import { serverAttributes, traceHeaders } from './outgoing.ts'
import { tracer } from './scope.ts'
import { scrubUrl } from './urls.ts'

/** Attributes of the Azure SDKs' spans that are kept, under their names in the conventions. */
const keptAttributes: Readonly<Record<string, string>> = {
  'az.namespace': 'az.namespace',
  'http.method': ATTR_HTTP_REQUEST_METHOD,
  'http.status_code': ATTR_HTTP_RESPONSE_STATUS_CODE,
  serviceRequestId: 'azure.service.request.id',
}

const kinds: Readonly<Record<string, SpanKind>> = {
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  server: SpanKind.SERVER,
}

/**
 * The instrumenter of the Azure SDKs, for `useInstrumenter`: their operations and the HTTP requests below become spans
 * of the active trace, whose W3C headers go to the service. Other attributes are dropped, and errors are kept by
 * name or code only, because their messages name secrets.
 */
export function createAzureSdkInstrumenter(): Instrumenter {
  return {
    startSpan(name, options) {
      const parent = toContext(options.tracingContext)
      const kind = kinds[options.spanKind ?? ''] ?? SpanKind.INTERNAL
      const attributes = keepAttributes(options.spanAttributes ?? {})
      const span = tracer.startSpan(name, { kind, attributes }, parent)
      const timed = isTracingSuppressed(parent) ? undefined : startTimer(options)
      return { span: createSpan(span, timed), tracingContext: trace.setSpan(parent, span) }
    },
    withContext: (tracingContext, callback, ...args) =>
      context.with(toContext(tracingContext), () => callback(...args)),
    parseTraceparentHeader: (traceparent) => propagation.extract(ROOT_CONTEXT, { traceparent }),
    createRequestHeaders: (tracingContext) => traceHeaders(toContext(tracingContext)),
  }
}

/** The SDKs' contexts are OpenTelemetry's, because this instrumenter created them. */
function toContext(tracingContext: TracingContext | undefined): Context {
  return (tracingContext as Context | undefined) ?? context.active()
}

function keepAttributes(given: Readonly<Record<string, unknown>>): Attributes {
  const kept = Object.entries(given).map(([name, value]) => keepAttribute(name, value))
  return Object.assign({}, ...kept)
}

function keepAttribute(name: string, value: unknown): Attributes {
  if (name === 'http.url' && typeof value === 'string' && URL.canParse(value)) {
    const url = new URL(value)
    return { [ATTR_URL_FULL]: scrubUrl(url), ...serverAttributes(url) }
  }
  const known = keptAttributes[name]
  return known === undefined ? {} : { [known]: value as string | number }
}

interface Timer {
  end(outcome: Attributes): void
}

/** HTTP requests are measured whether or not their trace is sampled. */
function startTimer({ spanAttributes = {} }: InstrumenterSpanOptions): Timer | undefined {
  const address = spanAttributes['http.url']
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const startedAt = performance.now()
  const common = {
    [ATTR_HTTP_REQUEST_METHOD]: String(spanAttributes['http.method']),
    ...serverAttributes(new URL(address)),
  }
  return {
    end: (outcome) =>
      instruments().clientRequestDuration.record((performance.now() - startedAt) / 1000, {
        ...common,
        ...outcome,
      }),
  }
}

function createSpan(span: Span, timer: Timer | undefined): TracingSpan {
  const outcome: Attributes = {}
  return {
    // The SDKs immediately end a span that doesn't record; a measured one must stay open.
    isRecording: () => span.isRecording() || timer !== undefined,
    setAttribute(name, value) {
      const kept = keepAttribute(name, value)
      span.setAttributes(kept)
      const status = kept[ATTR_HTTP_RESPONSE_STATUS_CODE]
      if (status !== undefined) outcome[ATTR_HTTP_RESPONSE_STATUS_CODE] = status
    },
    setStatus(status) {
      if (status.status !== 'error') return
      const type = errorTypeOf(status) ?? String(outcome[ATTR_HTTP_RESPONSE_STATUS_CODE] ?? 'unknown')
      outcome[ATTR_ERROR_TYPE] = type
      span.setAttribute(ATTR_ERROR_TYPE, type)
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
    recordException: () => {},
    end() {
      span.end()
      timer?.end(outcome)
    },
  }
}

function errorTypeOf({ error }: Extract<SpanStatus, { status: 'error' }>): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, statusCode, name } = error as Error & { code?: unknown; statusCode?: unknown }
  return typeof code === 'string' ? code : typeof statusCode === 'number' ? String(statusCode) : name
}
