import * as z from 'zod'
import { Problem } from '../problems.ts'
import { withoutEmpty, withoutNulls } from './absent.ts'
import type { ReceivedRequest } from './receiveRequest.ts'

/** An invalid field, named as the caller wrote it. */
interface FieldFault {
  readonly in: 'query' | 'body' | 'path'
  readonly field: string
  readonly fault: string
}

/**
 * Reads and parses a JSON body with a size limit. A member that is `null` counts as absent.
 * @throws Problem `body_too_large`, `unsupported_media_type`, or `invalid_request` with every invalid field.
 */
export async function parseBody<T>(
  request: ReceivedRequest,
  schema: z.ZodType<T>,
  maxBodyBytes: number,
): Promise<T> {
  const type = mediaTypeOf(request)
  const text = await readText(request, maxBodyBytes)
  if (text === '') return parse('body', schema, {})
  if (type !== 'application/json' && !type.endsWith('+json')) throw unsupported('application/json')
  return parse('body', schema, withoutNulls(parseJson(text)))
}

/**
 * Reads and parses a form with a size limit (RFC 6749, section 3.2). A field without a value counts as absent.
 * @throws Problem like {@link parseBody}.
 */
export async function parseForm<T>(
  request: ReceivedRequest,
  schema: z.ZodType<T>,
  maxBodyBytes: number,
): Promise<T> {
  const text = await readText(request, maxBodyBytes)
  if (text !== '' && mediaTypeOf(request) !== formType) throw unsupported(formType)
  return parseValues('body', schema, new URLSearchParams(text))
}

/**
 * Parses the query. A parameter without a value counts as absent. A repeated one is a fault, unless the schema ignores
 * it.
 */
export function parseQuery<T>({ query }: ReceivedRequest, schema: z.ZodType<T>): T {
  return parseValues('query', schema, query)
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

/** The media type of a form, as browsers and OAuth clients send it. */
export const formType = 'application/x-www-form-urlencoded'

function mediaTypeOf({ headers }: ReceivedRequest): string {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
}

function unsupported(type: string): Problem {
  return new Problem('unsupported_media_type', { headers: { Accept: type } })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid([{ in: 'body', field: '', fault: 'is not JSON' }])
  }
}

function parseValues<T>(where: 'query' | 'body', schema: z.ZodType<T>, values: URLSearchParams): T {
  const names = [...values.keys()]
  const counts = (name: string) => !(schema instanceof z.ZodObject) || name in schema.shape
  const twice = names.find((name, index) => names.indexOf(name) !== index && counts(name))
  if (twice !== undefined) throw invalid([{ in: where, field: twice, fault: 'occurs more than once' }])
  return parse(where, schema, withoutEmpty(values))
}

function parse<T>(where: FieldFault['in'], schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.flatMap((issue) => toFaults(where, issue)))
}

function toFaults(where: FieldFault['in'], issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({
      in: where,
      field: field.slice(0, 100),
      fault: 'isn’t a known field',
    }))
  }
  return [{ in: where, field: issue.path.join('.'), fault: issue.message }]
}

function invalid(faults: readonly FieldFault[]): Problem {
  const detail = faults
    .map(({ in: where, field, fault }) => `${where}${field && ` ${field}`}: ${fault}`)
    .join('; ')
  return new Problem('invalid_request', { detail, members: { errors: faults } })
}
