import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningCollector, startCollector } from '../../local/collector/collector.ts'

let collector: RunningCollector
beforeAll(async () => {
  collector = await startCollector({ port: 0 })
})
afterAll(() => collector.stop())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const json = 'application/json'
const post = (path: string, body: string, type = json) =>
  fetch(`${collector.origin}${path}`, { method: 'POST', headers: { 'content-type': type }, body })

const traces = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'a broker' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId,
              spanId: 'b7ad6b7169203331',
              name: 'GET',
              kind: 3,
              startTimeUnixNano: '1763600000000000000',
              endTimeUnixNano: '1763600000012500000',
              attributes: [{ key: 'server.port', value: { intValue: '443' } }],
              status: { code: 2 },
            },
          ],
        },
      ],
    },
  ],
}

test('a span received as OTLP is shown in readable form', async () => {
  expect((await post('/v1/traces', JSON.stringify(traces))).status).toBe(200)
  const answer = await fetch(`${collector.origin}/traces/${traceId}`)
  expect(await answer.json()).toEqual({
    spans: [
      {
        traceId,
        spanId: 'b7ad6b7169203331',
        name: 'GET',
        kind: 'client',
        service: 'a broker',
        startedAt: '2025-11-20T00:53:20.000Z',
        durationMilliseconds: 12.5,
        isError: true,
        attributes: { 'server.port': 443 },
      },
    ],
  })
})

test.each([
  ['protobuf', 'x', 'application/x-protobuf', 415],
  ['text that is not JSON', '{', json, 400],
  ['what is no OTLP', '{"resourceSpans":[{}]}', json, 400],
])('%s is refused', async (_what, body, type, status) => {
  expect((await post('/v1/traces', body, type)).status).toBe(status)
})

test('a trace that has not arrived is 404', async () => {
  expect((await fetch(`${collector.origin}/traces/nothing`)).status).toBe(404)
})

test('waiting for a missing trace fails with a list of the received ones', async () => {
  await expect(collector.waitForMetric('http.client.request.duration', undefined, 0.01)).rejects.toThrow(
    'http.client.request.duration did not come',
  )
})
