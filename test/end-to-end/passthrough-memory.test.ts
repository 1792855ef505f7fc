import { execFile } from 'node:child_process'
import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

const mebibyte = 1_048_576
const slow = { timeout: 120_000 }

/** More than all buffers on the way, and more than the broker's allowed growth. */
const largeBytes = 200 * mebibyte
const maxGrownMebibytes = 64

/** The platform's default limit (`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`). */
const usualBytes = 100 * mebibyte

let world: World
let tenant: string
let upstream: Awaited<ReturnType<typeof openUpstream>>
let broker: Awaited<ReturnType<World['addBroker']>>

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
  upstream = await openUpstream()
  broker = await world.addBroker({
    PRODUCTION_ADVERTISING_URL: `${upstream.origin}/{host}`,
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(2 * largeBytes),
  })
})

afterAll(async () => {
  await world.close()
  upstream.close()
})

/** Bytes that differ at every position of the body, generated on demand. */
function* body(size: number, count: (bytes: number) => void, hash: Hash) {
  for (let sent = 0; sent < size; sent += 65_536) {
    const chunk = Buffer.alloc(65_536, String(sent))
    hash.update(chunk)
    count(chunk.byteLength)
    yield chunk
  }
}

async function take(source: IncomingMessage, hash = createHash('sha256')) {
  let bytes = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    hash.update(chunk)
  }
  return { bytes, digest: hash.digest('hex') }
}

/** A byte-level stand-in for Microsoft Advertising: `flood` sends as fast as possible, `sink` reads on command. */
async function openUpstream() {
  const flow = { sent: 0, hash: createHash('sha256'), hasLeft: false }
  let letRead = () => {}
  const mayRead = new Promise<void>((resolve) => {
    letRead = resolve
  })
  const flood = (response: ServerResponse) => {
    Object.assign(flow, { sent: 0, hash: createHash('sha256'), hasLeft: false })
    response.once('close', () => Object.assign(flow, { hasLeft: !response.writableFinished }))
    const count = (bytes: number) => {
      flow.sent += bytes
    }
    Readable.from(body(largeBytes, count, flow.hash)).pipe(response)
  }
  const sink = async (incoming: IncomingMessage, response: ServerResponse) => {
    await mayRead
    response.end(JSON.stringify(await take(incoming)))
  }
  const server = createServer((incoming, response) => {
    if (incoming.url?.endsWith('/flood')) flood(response)
    else void sink(incoming, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, flow, letRead, close: () => server.close() }
}

async function residentMebibytes(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) / 1024
}

/** Waits until a count stops changing; returns the count and the broker's peak memory. */
async function standingStill(count: () => number) {
  let [seen, still, peak] = [-1, 0, 0]
  while (still < 100) {
    peak = Math.max(peak, await residentMebibytes(broker.pid))
    still = count() === seen ? still + 1 : 0
    seen = count()
  }
  return { count: seen, peak }
}

async function post(path: string) {
  const call = request(`${broker.origin}/v1/tenants/${tenant}/ads/bulk/${path}`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${await world.stack.callerToken()}` },
  })
  // A client that hangs up gets this error.
  call.on('error', () => {})
  return call
}

async function answerTo(call: ReturnType<typeof request>): Promise<IncomingMessage> {
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return answer
}

/** A first pass allocates the process's basic memory. */
async function warmUp() {
  await take(await answerTo((await post('flood')).end()))
}

test(
  'an answer that the client reads slowly waits at Microsoft, not in the broker, and is complete',
  slow,
  async () => {
    await warmUp()
    const before = await residentMebibytes(broker.pid)
    const answer = await answerTo((await post('flood')).end())
    const paused = await standingStill(() => upstream.flow.sent)
    expect(paused.count).toBeLessThan(largeBytes / 2)
    expect(paused.peak - before).toBeLessThan(maxGrownMebibytes)
    const { bytes, digest } = await take(answer)
    expect({ status: answer.statusCode, bytes }).toEqual({ status: 200, bytes: largeBytes })
    expect(digest).toBe(upstream.flow.hash.digest('hex'))
  },
)

test('an answer whose client leaves is not read further', slow, async () => {
  const answer = await answerTo((await post('flood')).end())
  await standingStill(() => upstream.flow.sent)
  answer.destroy()
  await expect.poll(() => upstream.flow.hasLeft, { timeout: 30_000 }).toBe(true)
  expect(upstream.flow.sent).toBeLessThan(largeBytes / 2)
})

test(
  'a body that Microsoft reads slowly waits at the client, not in the broker, and is complete',
  slow,
  async () => {
    const before = await residentMebibytes(broker.pid)
    const hash = createHash('sha256')
    let sent = 0
    const count = (bytes: number) => {
      sent += bytes
    }
    const call = await post('sink')
    Readable.from(body(largeBytes, count, hash)).pipe(call)
    const paused = await standingStill(() => sent)
    expect(paused.count).toBeLessThan(largeBytes / 2)
    expect(paused.peak - before).toBeLessThan(maxGrownMebibytes)
    upstream.letRead()
    const answer = await answerTo(call)
    const told = await new Response(Readable.toWeb(answer) as never).json()
    expect(told).toEqual({ bytes: largeBytes, digest: hash.digest('hex') })
  },
)

test('100 MB go there and back while the broker’s memory grows by less than 64 MB', slow, async () => {
  const echo = async (size: number) => {
    const pid = world.brokers[0]?.pid ?? 0
    const answer = await fetch(`${world.origin}/v1/tenants/${tenant}/ads/bulk/_echo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.stack.callerToken()}` },
      body: Readable.toWeb(Readable.from(body(size, () => {}, createHash('sha256')))),
      duplex: 'half',
    } as unknown as RequestInit)
    let [received, sampledAt, peak] = [0, 0, 0]
    for await (const part of answer.body ?? []) {
      received += part.byteLength
      if (received - sampledAt < 2 * mebibyte) continue
      sampledAt = received
      peak = Math.max(peak, await residentMebibytes(pid))
    }
    return { status: answer.status, received, peak }
  }
  // V8 collects external buffers about every 64 MB; the first pass allocates the process's basic memory.
  await echo(usualBytes / 4)
  const before = await residentMebibytes(world.brokers[0]?.pid ?? 0)
  const { status, received, peak } = await echo(usualBytes)
  expect({ status, received }).toEqual({ status: 200, received: usualBytes })
  expect(peak - before).toBeLessThan(maxGrownMebibytes)
})
