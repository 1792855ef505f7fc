import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guardHeaders, jsonResponse, withGuardHeaders } from '../../shared/http/responses.ts'
import { html, pageResponse } from '../../shared/pages/page.ts'
import { withTracing } from '../../shared/telemetry/invocation.ts'
import { traceHeaders } from '../../shared/telemetry/outgoing.ts'

const attempts = {
  'cache-control': 'public',
  'X-FRAME-OPTIONS': 'ALLOWALL',
  'strict-transport-security': 'max-age=0',
  'referrer-policy': 'unsafe-url',
  'x-content-type-options': 'x',
}

test.each([
  ['any headers', () => withGuardHeaders({ ...attempts, a: 'b' })],
  ['JSON', () => jsonResponse({}, 200, attempts).headers],
  ['a page', () => pageResponse({ title: 'x', body: html`x`, headers: attempts } as never).headers],
])('the guard headers of %s are the broker’s, each once', (_what, make) => {
  const headers = new Headers(make() as Record<string, string>)
  for (const [name, value] of Object.entries(guardHeaders)) expect(headers.get(name)).toBe(value)
})

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(new BasicTracerProvider())
})
afterAll(() => {
  for (const api of [context, propagation, trace]) api.disable()
})

test.each(['00', '01'])(
  'a caller’s tracestate doesn’t leave the broker; its trace does (%s)',
  async (flags) => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const invocation = {
      ...{ functionName: 'x', invocationId: 'x', options: { trigger: { type: 'httpTrigger' } } },
      traceContext: { traceParent: `00-${traceId}-b7ad6b7169203331-${flags}`, traceState: 'vendor=secret' },
    }
    const sent = await withTracing(async () => traceHeaders())(undefined, invocation as never)
    expect(Object.keys(sent)).toEqual(['traceparent'])
    expect(sent.traceparent).toContain(traceId)
  },
)
