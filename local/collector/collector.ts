import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type RunningService, serve } from '../service.ts'
import { readMetrics, readSpans } from './otlp.ts'
import { createRecords, type Records } from './records.ts'

/** A listening collector, with its received telemetry. */
export type RunningCollector = RunningService & Omit<Records, 'addSpans' | 'addMetrics'>

/** Options of a collector. */
export interface CollectorOptions {
  /** TCP port; 0 means any free port. */
  readonly port: number
}

const maxBytes = 16 * 1_048_576

/**
 * Starts a collector that receives OTLP over HTTP as JSON at `/v1/traces` and `/v1/metrics` (opentelemetry.io, "OTLP
 * specification"), keeps the latest telemetry in memory, and shows it: `GET /traces/{traceId}`, `GET /metrics`.
 * @throws PortTakenError if the port is in use.
 */
export async function startCollector({ port }: CollectorOptions): Promise<RunningCollector> {
  const records = createRecords()
  const service = await serve(createApp(records).fetch, { name: 'the telemetry collector', port })
  const { traces, metrics, waitForTrace, waitForMetric } = records
  return { ...service, traces, metrics, waitForTrace, waitForMetric }
}

function createApp(records: Records): Hono {
  const app = new Hono()
  receive(app, '/v1/traces', (body) => records.addSpans(readSpans(body)))
  receive(app, '/v1/metrics', (body) => records.addMetrics(readMetrics(body)))
  app.get('/traces', (c) => c.json({ traceIds: [...records.traces().keys()] }))
  app.get('/traces/:traceId', (c) => {
    const spans = records.traces().get(c.req.param('traceId'))
    return spans
      ? c.json({ spans })
      : c.json({ error: 'No such trace, or none of its spans is here yet.' }, 404)
  })
  app.get('/metrics', (c) => c.json({ metrics: records.metrics() }))
  return app
}

/** Protobuf is the other encoding of OTLP; nothing here sends it, so it's refused instead of ignored. */
function receive(app: Hono, path: string, take: (body: unknown) => void): void {
  app.post(path, bodyLimit({ maxSize: maxBytes }), async (c) => {
    if (!c.req.header('content-type')?.startsWith('application/json')) {
      return c.json({ code: 3, message: 'Only OTLP as JSON is read here.' }, 415)
    }
    const body = await c.req.json().catch(() => undefined)
    if (body === undefined) return c.json({ code: 3, message: 'The body is not JSON.' }, 400)
    try {
      take(body)
    } catch {
      return c.json({ code: 3, message: 'The body is not of the shape that OTLP has.' }, 400)
    }
    return c.json({})
  })
}
