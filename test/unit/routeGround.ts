import { app, HttpRequest, type HttpRequestInit, type HttpResponseInit } from '@azure/functions'
import { vi } from 'vitest'
import { jsonResponse } from '../../shared/http/responses.ts'

/**
 * Everything that the process has logged since the import of this module; the log uses the `console.log` at that time.
 */
export const lines: string[] = []
vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line))
const { operation, route } = await import('../../shared/http/route.ts')

type AnyOperation = Parameters<typeof operation<unknown, unknown, unknown>>[0]

/** A successful answer. */
export const answersWell = async () => jsonResponse({ a: 1 })

/** Registers a route that anyone can GET, and calls it like the library. */
export function registered(handle: AnyOperation['handle'], more: Partial<AnyOperation> = {}) {
  const http = vi.spyOn(app, 'http').mockReturnValue(undefined)
  const answer = { status: 200, description: 'x' }
  route('name', 'v1/x', {
    GET: { id: 'x', tag: 'contract', summary: 'x', response: answer, handle, ...more },
  })
  const { handler } = http.mock.lastCall![1]
  return async (
    method = 'GET',
    invocationId = 'id-1',
    { stream, ...init }: Partial<HttpRequestInit> & { readonly stream?: ReadableStream<Uint8Array> } = {},
  ) => {
    const errors: unknown[] = []
    const request = new HttpRequest({ url: 'http://127.0.0.1/v1/x', method, ...init })
    if (stream) Object.defineProperty(request, 'body', { value: stream })
    const context = {
      ...{ invocationId, functionName: 'name', options: { trigger: { type: 'httpTrigger' } } },
      error: (text: unknown) => void errors.push(text),
    }
    const answered = (await handler(request, context as never)) as HttpResponseInit
    const document = () => JSON.parse(String(answered.body))
    return { ...answered, document, errors, request }
  }
}
