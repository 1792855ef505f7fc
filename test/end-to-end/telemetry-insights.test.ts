import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { serve } from '../../local/service.ts'
import { openWorld } from './world.ts'

/** The data received by Application Insights' ingestion: its sender and telemetry. */
interface Ingested {
  readonly authorization: string | undefined
  readonly text: string
}

/** Receives telemetry like `POST /v2.1/track` of the ingestion service, over TLS that the broker trusts. */
async function startIngestion(folder: string) {
  const received: Ingested[] = []
  const waiting = new Set<() => void>()
  const app = new Hono()
  app.post('/v2.1/track', async (c) => {
    const bytes = Buffer.from(await c.req.arrayBuffer())
    const text = (c.req.header('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')
    received.push({ authorization: c.req.header('authorization'), text })
    for (const look of waiting) look()
    return c.json({ itemsReceived: 1, itemsAccepted: 1, errors: [] })
  })
  const pem = (name: string) => readFile(join(folder, name), 'utf8')
  const tls = { key: await pem('localhost.key.pem'), cert: await pem('localhost.pem') }
  const service = await serve(app.fetch, { name: 'ingestion', port: 0, tls, host: 'localhost' })
  const waitFor = (...parts: string[]) =>
    new Promise<Ingested>((resolve) => {
      const look = () => {
        const found = received.find(({ text }) => parts.every((part) => text.includes(part)))
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { ...service, waitFor }
}

test('Application Insights gets the traces and metrics only from the managed identity', async () => {
  const world = await openWorld()
  const ingestion = await startIngestion(dirname(world.stack.settings().NODE_EXTRA_CA_CERTS ?? ''))
  try {
    const key = '00000000-0000-0000-0000-000000000000'
    const APPLICATIONINSIGHTS_CONNECTION_STRING = `InstrumentationKey=${key};IngestionEndpoint=${ingestion.origin}/`
    const added = await world.addBroker({ APPLICATIONINSIGHTS_CONNECTION_STRING })
    const traceId = randomBytes(16).toString('hex')
    const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }
    await world.call('GET', '/v1/tenants/nobody/token', { headers, broker: world.brokers.indexOf(added) })
    // The host's span can arrive in a batch of its own.
    const spans = await ingestion.waitFor(traceId, 'TableClient.getEntity')
    const metrics = await ingestion.waitFor('token_broker.vend.duration')
    for (const { authorization, text } of [spans, metrics]) {
      expect(authorization).toMatch(/^Bearer eyJ/)
      expect(text).toContain(key)
    }
  } finally {
    await ingestion.stop()
    await world.close()
  }
})
