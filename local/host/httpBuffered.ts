import type { IncomingMessage, ServerResponse } from 'node:http'
import { readQuery } from './bindingData.ts'
import type { HttpData, InvocationResponse, NullableString, TypedData } from './rpc.ts'
import { toSetCookie } from './setCookie.ts'

/** A request body over the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

/** Reads a complete request body. @throws BodyTooLargeError beyond `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLargeError()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new BodyTooLargeError()
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
}

/** A request's parts, as in the worker's protocol. */
export interface HttpParts {
  readonly method: string
  readonly host: string
  /** Encoded. */
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, string | null>>
  readonly body: Buffer | undefined
}

/**
 * Converts a request, including its body, to the form of the worker's protocol. Repeated query names are
 * joined with a comma (azure-functions-host `GrpcMessageConversionExtensions.ToRpcHttp`).
 */
export function toHttpData({ method, host, path, query, headers, params, body }: HttpParts): HttpData {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  const queried = [...readQuery(query)].map(([name, values]) => [name, values.join(',')] as const)
  return {
    method,
    url: `http://${host}${path}${query}`,
    nullableHeaders: toNullable(lowerCase),
    nullableParams: toNullable(Object.entries(params)),
    nullableQuery: toNullable(queried),
    body: body ? { bytes: body } : undefined,
  }
}

/** The caller's trace, if sent. */
export function traceOf(request: IncomingMessage) {
  const { traceparent, tracestate } = request.headers
  return { traceParent: traceparent as string | undefined, traceState: tracestate as string | undefined }
}

/**
 * Writes the answer of an invocation. No answer at all becomes 204, as on the real host since version 2
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

function toNullable(values: Iterable<readonly [string, string | null]>): Record<string, NullableString> {
  const present = [...values].filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries(present.map(([name, value]) => [name, { value }]))
}
