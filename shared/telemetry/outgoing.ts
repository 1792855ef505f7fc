import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions'
import { instruments } from './instruments.ts'
import { tracer } from './scope.ts'
import { scrubUrl } from './urls.ts'

/** A call about to be made. */
export interface Outgoing {
  readonly method: string
  readonly url: URL
}

/**
 * Makes a call to another service inside its own client span, propagates the trace, and measures it, following the
 * semantic conventions for HTTP (opentelemetry.io, "http-spans", "http-metrics"). Of the request and the answer,
 * only method, scrubbed URL, and status are kept, so there is nothing to redact.
 * @param send makes the call; it gets the W3C headers to send.
 */
export async function traceOutgoing<A extends { readonly status: number }>(
  outgoing: Outgoing,
  send: (traceHeaders: Readonly<Record<string, string>>) => Promise<A>,
): Promise<A> {
  const { method, url } = outgoing
  const common = { [ATTR_HTTP_REQUEST_METHOD]: method, ...serverAttributes(url) }
  const options = { kind: SpanKind.CLIENT, attributes: { ...common, [ATTR_URL_FULL]: scrubUrl(url) } }
  return tracer.startActiveSpan(method, options, async (span) => {
    const startedAt = performance.now()
    const end = (outcome: Attributes) => endCall(span, common, outcome, startedAt)
    try {
      const answer = await send(traceHeaders())
      const isError = answer.status >= 400
      end({
        [ATTR_HTTP_RESPONSE_STATUS_CODE]: answer.status,
        ...(isError && { [ATTR_ERROR_TYPE]: String(answer.status) }),
      })
      return answer
    } catch (error) {
      end({ [ATTR_ERROR_TYPE]: error instanceof Error ? error.name : 'unknown' })
      throw error
    }
  })
}

/** The platform's `fetch`, traced; a drop-in replacement for clients that accept one. */
export const tracedFetch: typeof fetch = (input, init) => {
  const request = input instanceof Request ? input : undefined
  const outgoing = {
    method: init?.method ?? request?.method ?? 'GET',
    url: new URL(request?.url ?? String(input)),
  }
  return traceOutgoing(outgoing, (traceHeaders) => {
    const headers = new Headers(init?.headers ?? request?.headers)
    for (const [name, value] of Object.entries(traceHeaders)) headers.set(name, value)
    return fetch(input, { ...init, headers })
  })
}

/** The server of a call, as spans and metrics name it. */
export function serverAttributes({ hostname, port, protocol }: URL): Attributes {
  return {
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  }
}

/** The W3C headers of the active trace; none without an active trace. */
export function traceHeaders(active = context.active()): Record<string, string> {
  const headers: Record<string, string> = {}
  propagation.inject(active, headers)
  return headers
}

function endCall(span: Span, common: Attributes, outcome: Attributes, startedAt: number): void {
  span.setAttributes(outcome)
  if (outcome[ATTR_ERROR_TYPE] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
  instruments().clientRequestDuration.record((performance.now() - startedAt) / 1000, {
    ...common,
    ...outcome,
  })
}
