import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findExchange } from '../../shared/http/exchanges.ts'
import type { CoreInvocation, InvocationModel, ProgrammingModel } from '../../shared/http/functionsCore.ts'
import { guardInvocations } from '../../shared/http/guard.ts'

const never = () => new Promise<never>(() => undefined)
const ends: (() => void)[] = []

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => {
  for (const end of ends.splice(0)) end()
  vi.useRealTimers()
})

/** A guarded library with these steps of an invocation, and its server. */
async function guarded(steps: Partial<InvocationModel> = {}) {
  const inner: InvocationModel = {
    ...{ getArguments: async () => ({ context: {}, inputs: [] }), invokeFunction: async () => undefined },
    ...{ getResponse: async () => ({}), ...steps },
  }
  const server = createServer(() => undefined)
  const known: string[] = []
  const model: ProgrammingModel = {
    ...{ name: 'library', version: '4' },
    getInvocationModel: async ({ invocationId }) => {
      known.push(invocationId)
      return inner
    },
    getCapabilities: async (capabilities) => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return { ...capabilities, HttpUri: 'x' }
    },
  }
  let set = model
  const core = {
    getProgrammingModel: () => model,
    setProgrammingModel: (own: ProgrammingModel) => {
      set = own
    },
  }
  ends.push(guardInvocations(core), () => void server.close().closeAllConnections())
  expect(await set.getCapabilities?.({ a: '1' })).toEqual({ a: '1', HttpUri: 'x' })
  const { port } = server.address() as AddressInfo
  /** Sends a request, and waits until the server has it. */
  const send = async (invocationId: string) => {
    const arrived = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    const sent = request({ port, headers: { 'x-ms-invocation-id': invocationId }, agent: false }).end()
    const answer = once(sent, 'response').then(async ([response]) => {
      const { code, requestId, errors } = JSON.parse(await text(response))
      return { status: response.statusCode, code, requestId, field: errors?.[0].field }
    })
    answer.catch(() => undefined)
    return { answer, response: (await arrived)[1] }
  }
  const invoke = async (invocationId: string, type = 'httpTrigger') =>
    set.getInvocationModel({
      invocationId,
      metadata: { bindings: { request: { type } } },
    } as unknown as CoreInvocation)
  return { inner, invoke, known, send }
}

/** The state of a step. */
async function stateOf(step: Promise<unknown>): Promise<string> {
  const settled = step.then(
    () => 'done',
    () => 'failed',
  )
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  return Promise.race([settled, Promise.resolve('waiting')])
}

const ownFailure = (requestId: string) => ({ status: 500, code: 'internal_error', requestId })
const refusal = (requestId: string) => ({
  ...{ status: 400, code: 'invalid_request', requestId, field: 'x-ms-invocation-id' },
})

test.each([
  ['whose request never arrives', 'getArguments', 10],
  ['whose handler never ends', 'invokeFunction', 230],
] as const)('an invocation %s fails in time, and answers 500', async (_title, step, seconds) => {
  const id = randomUUID()
  const { invoke, send } = await guarded({ [step]: never })
  const { answer } = await send(id)
  const model = await invoke(id)
  if (step === 'invokeFunction') await model.getArguments()
  const running = model[step]({}, [], () => undefined)
  running.catch(() => undefined)
  vi.advanceTimersByTime(seconds * 1000 - 1000)
  expect(await stateOf(running)).toBe('waiting')
  vi.advanceTimersByTime(1000)
  expect(await stateOf(running)).toBe('failed')
  expect(await answer).toMatchObject(ownFailure(id))
})

test('a handler that fails, or answers nothing, ends its answer', async () => {
  for (const steps of [{ invokeFunction: () => Promise.reject(new Error('ours')) }, {}]) {
    const id = randomUUID()
    const { invoke, send } = await guarded(steps)
    const { answer } = await send(id)
    const model = await invoke(id)
    const running = model.invokeFunction({}, [], () => undefined).then(() => model.getResponse({}, undefined))
    await running.catch(() => undefined)
    expect(await answer).toMatchObject(ownFailure(id))
  }
})

test('a started answer is cut off, and a finished one stays unchanged', async () => {
  const cut = randomUUID()
  const whole = randomUUID()
  const { invoke, send } = await guarded({ invokeFunction: () => Promise.reject(new Error('ours')) })
  const fails = async (id: string) =>
    expect((await invoke(id)).invokeFunction({}, [], () => undefined)).rejects.toThrow('ours')
  const begun = await send(cut)
  begun.response.writeHead(200).write('{')
  await fails(cut)
  await expect(begun.answer).rejects.toThrow()
  const ended = await send(whole)
  ended.response.end('{"code":"own"}')
  await fails(whole)
  expect(await ended.answer).toMatchObject({ status: 200, code: 'own' })
})

test('a request that no invocation takes within 10 s is refused through the library, otherwise directly', async () => {
  const id = randomUUID()
  const { known, send } = await guarded({ getArguments: () => Promise.reject(new Error('lost')) })
  const { answer } = await send(id)
  vi.advanceTimersByTime(9000)
  expect(await stateOf(answer)).toBe('waiting')
  vi.advanceTimersByTime(1000)
  expect(await answer).toEqual(refusal(id))
  expect(known).toEqual([id])
})

test.each([
  ['is still being written', false],
  ['is written, but not read', true],
])(
  'an answer that %s is cut off after 9 minutes, before the host stops the worker',
  async (_title, isWritten) => {
    const id = randomUUID()
    const { invoke, send } = await guarded()
    const { answer, response } = await send(id)
    await (await invoke(id)).getArguments()
    response.writeHead(200).write('{')
    // Never read: it fits neither into the buffers of the client nor into those of the connection.
    if (isWritten) response.end(Buffer.alloc(64_000_000))
    vi.advanceTimersByTime(539_000)
    expect(response.destroyed).toBe(false)
    vi.advanceTimersByTime(1000)
    expect(response.destroyed).toBe(true)
    await expect(answer).rejects.toThrow()
  },
)

test('an answer that hasn’t begun after 9 minutes is a 500', async () => {
  const id = randomUUID()
  const { invoke, send } = await guarded()
  const { answer, response } = await send(id)
  await (await invoke(id)).getArguments()
  vi.advanceTimersByTime(540_000)
  expect(response.writableEnded).toBe(true)
  expect(await answer).toMatchObject(ownFailure(id))
})

test('a refusal waits for the library for 1 s', async () => {
  const id = randomUUID()
  const { send } = await guarded({ getArguments: never })
  const { answer } = await send(id)
  vi.advanceTimersByTime(10_000)
  expect(await stateOf(answer)).toBe('waiting')
  vi.advanceTimersByTime(1000)
  expect(await answer).toEqual(refusal(id))
})

test('a request with its own invocation id is refused immediately', async () => {
  const { send } = await guarded({ getArguments: () => Promise.reject(new Error('lost')) })
  expect(await (await send('its-own')).answer).toEqual(refusal('its-own'))
})

test('a request that its invocation has taken is not refused', async () => {
  const id = randomUUID()
  const { invoke, known, send } = await guarded({ invokeFunction: never })
  const { answer } = await send(id)
  const model = await invoke(id)
  await model.getArguments()
  vi.advanceTimersByTime(60_000)
  expect(await stateOf(answer)).toBe('waiting')
  expect(findExchange(id)?.isPaired).toBe(true)
  expect(known).toEqual([id])
})

test('an invocation of another kind is not guarded', async () => {
  const { inner, invoke } = await guarded()
  expect(await invoke(randomUUID(), 'timerTrigger')).toBe(inner)
  expect(await invoke(randomUUID(), 'HttpTrigger')).not.toBe(inner)
})
