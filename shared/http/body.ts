import * as z from 'zod'
import { Problem } from '../problems.ts'
import { invalidFields, type RequestPart, toFieldFaults } from './fieldFaults.ts'
import { isNestedDeeper } from './jsonDepth.ts'
import type { ReceivedRequest } from './receiveRequest.ts'

/**
 * Reads and parses a JSON body with a size limit.
 * @throws Problem `body_too_large`, `unsupported_media_type`, or `invalid_request` with every invalid field.
 */
export async function parseBody<T>(
  request: ReceivedRequest,
  schema: z.ZodType<T>,
  maxBodyBytes: number,
): Promise<T> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  const text = await readText(request, maxBodyBytes)
  if (text === '') return parse('body', schema, {})
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw new Problem('unsupported_media_type', { headers: { Accept: 'application/json' } })
  }
  return parse('body', schema, parseJson(text))
}

/** Parses the query. A repeated parameter is a fault, unless the schema ignores it. */
export function parseQuery<T>(request: ReceivedRequest, schema: z.ZodType<T>): T {
  const { query } = request
  const counts = (name: string) => !(schema instanceof z.ZodObject) || name in schema.shape
  const twice = firstRepeated([...query.keys()].filter(counts))
  if (twice !== undefined)
    throw invalidFields([{ in: 'query', field: twice.slice(0, 100), fault: 'occurs more than once' }])
  return parse('query', schema, Object.fromEntries(query))
}

/** Parses the parameters in the route's path. */
export function parseParams<T>(request: ReceivedRequest, schema: z.ZodType<T>): T {
  return parse('path', schema, request.params)
}

/** Reads a body as text with a size limit. */
export async function readText(request: ReceivedRequest, maxBodyBytes: number): Promise<string> {
  const tooLarge = () => new Problem('body_too_large', { members: { maxBodyBytes } })
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge()
  if (!request.body) return ''
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.byteLength
      if (size > maxBodyBytes) throw tooLarge()
      chunks.push(read.value)
    }
  } finally {
    // Not cancelled: see drainBody.
    reader.releaseLock()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The most bytes of a refused body that are read: larger than any honest mistake. */
const maxDiscardedBytes = 33_554_432
const maxDiscardedMilliseconds = 10_000

/**
 * Reads the rest of an unread body. Answering while a client is still sending can close the connection
 * before the client has read it (RFC 9112, section 9.6): it would get a reset instead of the problem.
 */
export async function drainBody(request: ReceivedRequest): Promise<void> {
  const { body } = request
  if (!body || body.locked) return
  const reader = body.getReader()
  const giveUp = setTimeout(() => void reader.cancel().catch(() => undefined), maxDiscardedMilliseconds)
  let left = maxDiscardedBytes
  try {
    for (let read = await reader.read(); !read.done && left > 0; read = await reader.read())
      left -= read.value.byteLength
  } catch {
    // The client has left, so there is no one to answer.
  } finally {
    clearTimeout(giveUp)
  }
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => {
    const isRepeated = seen.has(name)
    seen.add(name)
    return isRepeated
  })
}

/** The most levels of a body: several times as many as any answer that a diagnosis explains. */
const maxLevels = 64

function parseJson(text: string): unknown {
  const value = jsonOf(text)
  if (isNestedDeeper(value, maxLevels)) throw invalidBody(`is nested deeper than ${maxLevels} levels`)
  return value
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidBody('is not JSON')
  }
}

function invalidBody(fault: string): Problem {
  return invalidFields([{ in: 'body', field: '', fault }])
}

function parse<T>(where: RequestPart, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidFields(parsed.error.issues.flatMap((issue) => toFieldFaults(where, issue)))
}
