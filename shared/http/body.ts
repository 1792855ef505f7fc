import * as z from 'zod'
import { ClientLeftError } from '../domain/clientLeft.ts'
import { Problem } from '../problems.ts'
import { withoutEmpty, withoutNulls } from './absent.ts'
import { invalidFields, type RequestPart, toFieldFaults } from './fieldFaults.ts'
import { isNestedDeeper } from './jsonDepth.ts'
import type { ReceivedRequest } from './receiveRequest.ts'
import { sayFault } from './sayFault.ts'

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

/** Reads a body as text with a size limit. @throws Problem `body_too_large`, or ClientLeftError. */
export async function readText(request: ReceivedRequest, maxBodyBytes: number): Promise<string> {
  const tooLarge = () => new Problem('body_too_large', { members: { maxBodyBytes } })
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge()
  if (!request.body) return ''
  const reader = request.body.getReader()
  const readNext = () =>
    reader.read().catch(() => {
      throw new ClientLeftError()
    })
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (let read = await readNext(); !read.done; read = await readNext()) {
      size += read.value.byteLength
      if (size > maxBodyBytes) throw tooLarge()
      chunks.push(read.value)
    }
  } finally {
    // Not cancelled: see answerFirst.
    reader.releaseLock()
  }
  return Buffer.concat(chunks).toString('utf8')
}

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => {
    const isRepeated = seen.has(name)
    seen.add(name)
    return isRepeated
  })
}

/** The media type of a form, as browsers and OAuth clients send it. */
export const formType = 'application/x-www-form-urlencoded'

function mediaTypeOf({ headers }: ReceivedRequest): string {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
}

function unsupported(type: string): Problem {
  return new Problem('unsupported_media_type', { headers: { Accept: type } })
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

function parseValues<T>(where: 'query' | 'body', schema: z.ZodType<T>, values: URLSearchParams): T {
  const counts = (name: string) => !(schema instanceof z.ZodObject) || name in schema.shape
  const twice = firstRepeated([...values.keys()].filter(counts))
  if (twice !== undefined)
    throw invalidFields([{ in: where, field: twice.slice(0, 100), fault: 'occurs more than once' }])
  return parse(where, schema, withoutEmpty(values))
}

function parse<T>(where: RequestPart, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value, { error: sayFault })
  if (parsed.success) return parsed.data
  throw invalidFields(parsed.error.issues.flatMap((issue) => toFieldFaults(where, issue)))
}
