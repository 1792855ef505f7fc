import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import type { HttpHandler } from '@azure/functions'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createCore } from '../../local/host/core.ts'
import { supplyCoreModule } from '../../local/host/coreModule.ts'
import { createInvoke, type Invoke } from '../../local/host/invocation.ts'
import type { TypedData } from '../../local/host/rpc.ts'
import type { FunctionsCore } from '../../shared/http/functionsCore.ts'
import { guardInvocations } from '../../shared/http/guard.ts'

/**
 * The unmodified library with its own server, driven like by the host: the request is forwarded, the invocation is
 * sent separately. `test/platform` covers the host's forwarder itself.
 */
let invoke: (id: string, metadata?: Record<string, TypedData>) => ReturnType<Invoke>
let port = 0
let handler: HttpHandler = () => ({ body: 'answered' })
let stop = () => {}

beforeAll(async () => {
  const core = createCore(() => undefined)
  supplyCoreModule(core.api)
  const { app } = await import('@azure/functions')
  app.setup({ enableHttpStream: true })
  app.http('asked', { route: 'asked', handler: (request, context) => handler(request, context) })
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  stop = guardInvocations(core.api as unknown as FunctionsCore)
  const capabilities = await core.programmingModel()?.getCapabilities?.({})
  port = Number(new URL(String(capabilities?.HttpUri)).port)
  const asked = core.functions.get('asked')
  if (!asked) throw new Error('The function was not registered.')
  const run = createInvoke({
    folder: '',
    core,
    functions: core.functions,
    appHookData: {},
    streamListener: undefined,
  })
  invoke = (invocationId, metadata = {}) => run(asked, { invocationId, data: { http: {} }, metadata })
})

afterEach(() => {
  handler = () => ({ body: 'answered' })
})

afterAll(() => {
  stop()
  vi.useRealTimers()
})

/** Forwards a request like the host; resolves with the complete answer, rejects if it's cut off. */
async function forward(invocationId: string, headers: Record<string, string> = {}) {
  const request = send({
    port,
    path: '/asked',
    method: 'POST',
    agent: false,
    headers: {
      'x-forwarded-host': 'broker.example',
      'x-forwarded-proto': 'https',
      'x-ms-invocation-id': invocationId,
      ...headers,
    },
  }).end()
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer as AsyncIterable<Buffer>) text += chunk.toString()
  const isWhole = Number(answer.headers['content-length'] ?? Number.NaN) === Buffer.byteLength(text)
  return { status: answer.statusCode, text, isWhole }
}

/** Both halves of a call, with their results. */
async function call(headers: Record<string, string> = {}, metadata?: Record<string, TypedData>) {
  const id = randomUUID()
  const [answer, invocation] = await Promise.allSettled([forward(id, headers), invoke(id, metadata)])
  return { answer, invocation: invocation.status }
}

const problem = (status: number, code: string) => ({
  status: 'fulfilled',
  value: { status, text: expect.stringContaining(`"code":"${code}"`), isWhole: true },
})
const answered = { status: 'fulfilled', value: expect.objectContaining({ status: 200, text: 'answered' }) }

test('a successful answer is sent unchanged', async () => {
  expect(await call()).toEqual({ answer: answered, invocation: 'fulfilled' })
})

test.each<[string, HttpHandler, string]>([
  ['throws', () => Promise.reject(new Error('on purpose')), 'rejected'],
  ['returns nothing', (() => undefined) as unknown as HttpHandler, 'fulfilled'],
  ['returns a status that no answer has', () => ({ status: 999 }), 'rejected'],
  ['returns a header that cannot be sent', () => ({ headers: { 'x-name': 'ł' } }), 'rejected'],
  ['returns a body after it has failed', () => ({ body: failing(0) }), 'rejected'],
])('a handler that %s causes an immediate 500', async (_what, wrong, ended) => {
  handler = wrong
  expect(await call()).toEqual({ answer: problem(500, 'internal_error'), invocation: ended })
})

test('a body that fails in the middle is cut off, not left hanging', async () => {
  handler = () => ({ body: failing(1) })
  expect(await call()).toEqual({
    answer: { status: 'rejected', reason: expect.objectContaining({ code: 'ECONNRESET' }) },
    invocation: 'rejected',
  })
})

test('a handler that never ends is given up before Azure gives up', async () => {
  const called = Promise.withResolvers<void>()
  handler = () => {
    called.resolve()
    return new Promise(() => {})
  }
  const ended = call()
  await called.promise
  await vi.advanceTimersByTimeAsync(231_000)
  expect(await ended).toEqual({ answer: problem(500, 'internal_error'), invocation: 'rejected' })
})

test('an invocation whose request never arrives fails after ten seconds', async () => {
  const failed = invoke(randomUUID()).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(9_000)
  const after = await Promise.race([failed, Promise.resolve('still waiting')])
  expect(after).toBe('still waiting')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await failed).toContain('no progress for 10 s')
})

test('a request that the library cannot read causes an immediate 500', async () => {
  const metadata = { Headers: { json: '{"no header name":"x"}' } }
  expect(await call({}, metadata)).toEqual({
    answer: problem(500, 'internal_error'),
    invocation: 'rejected',
  })
})

test.each(['', 'mine', '7'.repeat(400)])('a client’s own invocation id %j is refused', async (id) => {
  expect(await forward(id)).toEqual({
    status: 400,
    text: expect.stringContaining('x-ms-invocation-id: must not be sent'),
    isWhole: true,
  })
})

test('one that looks like the host’s is refused once no invocation can arrive, and leaves nothing behind', async () => {
  const id = randomUUID()
  const refused = forward(id)
  const arrived = vi.waitUntil(async () => {
    await vi.advanceTimersByTimeAsync(1_000)
    return await Promise.race([refused, Promise.resolve(undefined)])
  })
  expect(await arrived).toMatchObject({ status: 400 })
  const waiting = invoke(id).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(11_000)
  expect(await waiting).toContain('no progress')
})

test('a second request with the same id ends too, no matter which of the two is answered', async () => {
  const id = randomUUID()
  const both = Promise.allSettled([forward(id), forward(id)])
  const ended = vi.waitUntil(async () => {
    await vi.advanceTimersByTimeAsync(1_000)
    return await Promise.race([both, Promise.resolve(undefined)])
  })
  expect(await ended).toHaveLength(2)
})

test.each([
  ['a head of 30,000 bytes', { cookie: 'x'.repeat(30_000) }],
  ['an expectation that nobody knows', { expect: 'something' }],
])('%s reaches the app', async (_what, headers) => {
  expect(await call(headers)).toEqual({ answer: answered, invocation: 'fulfilled' })
})

/** A body that fails after a number of chunks. */
function failing(chunks: number) {
  let left = chunks
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(10))
      else controller.error(new Error('The source broke off.'))
    },
  }) as never
}
