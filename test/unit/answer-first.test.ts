import type { UnderlyingSource } from 'node:stream/web'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readArriving } from '../../shared/domain/clientLeft.ts'
import { readText } from '../../shared/http/body.ts'
import { Problem } from '../../shared/problems.ts'
import { lines, registered } from './routeGround.ts'
import { minimalSettings } from './settingRefusals.ts'

beforeEach(() => {
  lines.length = 0
  for (const [name, value] of Object.entries(minimalSettings)) vi.stubEnv(name, value)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

const mebibyte = new Uint8Array(1_048_576)
const bodyOf = (source: UnderlyingSource<Uint8Array>) =>
  new ReadableStream(source as never, { highWaterMark: 0 }) as ReadableStream<Uint8Array>

/** Refuses a request with this body, before reading it. */
async function refuse(stream: ReadableStream<Uint8Array>) {
  const call = registered(() => Promise.reject(new Problem('route_not_found')), { readsBodyItself: true })
  const { body, headers, status } = await call('GET', 'id-1', { stream })
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  return { headers: headers as Record<string, string>, reader, status }
}

describe('a refusal of a request whose body is still arriving', () => {
  test('is sent whole before any of the body is read', async () => {
    const { headers, reader, status } = await refuse(bodyOf({ pull: () => new Promise(() => undefined) }))
    const { value } = await reader.read()
    const text = Buffer.from(value ?? []).toString()
    expect([status, JSON.parse(text)]).toMatchObject([404, { code: 'route_not_found' }])
    expect(headers['Content-Length']).toBe(String(Buffer.byteLength(text)))
    expect(headers['Content-Type']).toMatch(/^application\/problem\+json/)
  })

  test('ends after a second if the body doesn’t, and only then is the body cut off', async () => {
    vi.useFakeTimers()
    const cancel = vi.fn()
    const { reader } = await refuse(bodyOf({ cancel }))
    await reader.read()
    let isOver = false
    const end = reader.read().then(({ done }) => {
      isOver = done
    })
    await vi.advanceTimersByTimeAsync(999)
    expect([isOver, cancel.mock.calls.length]).toEqual([false, 0])
    await vi.advanceTimersByTimeAsync(1)
    await end
    expect(isOver).toBe(true)
    await vi.waitFor(() => expect(cancel).toHaveBeenCalled())
  })

  test.each([
    [3, 4],
    [99, 8],
  ])('discards %d MiB in %d reads at most', async (size, most) => {
    let taken = 0
    const { reader } = await refuse(
      bodyOf({
        pull: (controller) => (taken++ < size ? controller.enqueue(mebibyte) : controller.close()),
      }),
    )
    await reader.read()
    expect((await reader.read()).done).toBe(true)
    expect(taken).toBe(most)
  })

  test('doesn’t touch a body that something else is still reading', async () => {
    const stream = bodyOf({})
    stream.getReader()
    const call = registered(() => Promise.reject(new Problem('route_not_found')), { readsBodyItself: true })
    expect((await call('GET', 'id-1', { stream })).document()).toMatchObject({ code: 'route_not_found' })
  })

  test('ends if the client leaves', async () => {
    const { reader } = await refuse(bodyOf({ pull: (controller) => controller.error(new Error('reset')) }))
    await reader.read()
    expect((await reader.read()).done).toBe(true)
  })
})

describe('a client that leaves in the middle of its body', () => {
  const half = () =>
    bodyOf({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      pull: (controller) => controller.error(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
    })

  test.each<[string, (body: ReadableStream<Uint8Array>) => Promise<unknown>]>([
    ['read as text', (body) => readText({ headers: new Headers(), body } as never, 1000)],
    [
      'passed through',
      async (body) => {
        for await (const chunk of readArriving(body)) expect(chunk).toBeDefined()
      },
    ],
  ])('%s is no failure: nothing is logged, and nothing is answered', async (_how, read) => {
    const call = registered(async ({ raw }) => read(raw.body as ReadableStream<Uint8Array>) as never, {
      readsBodyItself: true,
    })
    const { body, errors, status } = await call('GET', 'id-1', { stream: half() })
    expect({ body, errors, lines, status }).toEqual({ body: undefined, errors: [], lines: [], status: 499 })
  })
})
