import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TriggerEvent } from './invocation.ts'
import type { HttpData, InvocationResponse, NullableString, TypedData } from './rpc.ts'
import { toSetCookie } from './setCookie.ts'

/** A request body over the limit; answered with 413. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

/** Reads a request body whole. @throws BodyTooLargeError beyond `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new BodyTooLargeError()
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
}

/** Puts a request into the form in which the worker's protocol carries it, body and all. */
export function toHttpEvent(
  request: IncomingMessage,
  params: Record<string, string>,
  body: Buffer,
  invocationId: string,
): TriggerEvent {
  const url = request.url ?? '/'
  const http: HttpData = {
    method: request.method ?? 'GET',
    url: `http://${request.headers.host}${url}`,
    nullableHeaders: toNullable(request.headers),
    nullableParams: toNullable(params),
    nullableQuery: toNullable(readQuery(url)),
    body: body.length > 0 ? { bytes: body } : undefined,
  }
  return { invocationId, data: { http }, ...traceOf(request) }
}

/** The caller's trace, if it sent one. */
export function traceOf(request: IncomingMessage) {
  const { traceparent, tracestate } = request.headers
  return { traceParent: traceparent as string | undefined, traceState: tracestate as string | undefined }
}

/**
 * Writes the answer of an invocation. No answer at all is 204, as on the real host from version 2 on
 * (functions-bindings-http-webhook-output, "Response").
 */
export function writeHttpAnswer(answer: InvocationResponse, response: ServerResponse): void {
  const http = answer.returnValue?.http
  if (!http) return void response.writeHead(204).end()
  response.statusCode = Number(http.statusCode ?? 200)
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value)
  if (http.cookies?.length) response.appendHeader('Set-Cookie', http.cookies.map(toSetCookie))
  const body = bytesOf(http.body)
  if (response.statusCode !== 304) response.setHeader('Content-Length', body.length)
  response.end(body)
}

function bytesOf(body: TypedData | null | undefined): Uint8Array {
  return body?.bytes ?? Buffer.from(body?.string ?? body?.json ?? '')
}

/** Repeated names are joined by a comma, as .NET's `StringValues` are. */
function readQuery(url: string): Record<string, string> {
  const query: Record<string, string> = {}
  const start = url.indexOf('?')
  if (start < 0) return query
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    query[name] = name in query ? `${query[name]},${value}` : value
  }
  return query
}

function toNullable(values: Record<string, string | string[] | undefined>): Record<string, NullableString> {
  const nullable: Record<string, NullableString> = {}
  for (const name in values) {
    const value = values[name]
    if (value !== undefined) nullable[name] = { value: Array.isArray(value) ? value.join(',') : value }
  }
  return nullable
}
