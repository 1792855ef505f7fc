import type * as z from 'zod'
import type { Answer } from '../http/answer.ts'
import type { ResponseHeader } from '../http/responseHeaders.ts'
import type { Content, ContractResponse, Reference } from './document.ts'
import type { JsonSchema } from './jsonSchema.ts'

/** The content of a page. */
export const htmlContent: Content = { 'text/html': { schema: { type: 'string' } } }
/** JSON of any shape: an unrestricted schema, which generators read as any value. */
export const anyContent: Content = { 'application/json': { schema: {} } }

/** Rows, as text. */
const rowsContent: Content = {
  'application/x-ndjson': { schema: { type: 'string' } },
  'text/csv': { schema: { type: 'string' } },
}

/**
 * Describes an answer.
 * @param toSchema converts the schema of its JSON, and gathers what it names.
 */
export function toContractResponse(
  { description, schema, content, headers }: Answer,
  toSchema: (schema: z.ZodType) => JsonSchema,
  example?: unknown,
): ContractResponse {
  const json = schema && {
    'application/json': { schema: toSchema(schema), ...(example !== undefined && { example }) },
  }
  const rows = content === 'rows' && { ...rowsContent, ...json }
  const described = rows || (content === 'page' ? htmlContent : content === 'any' ? anyContent : json)
  return {
    description,
    ...(headers && { headers: referToHeaders(headers) }),
    ...(described && { content: described }),
  }
}

/** References to the headers' components. */
export function referToHeaders(names: readonly ResponseHeader[]): Record<string, Reference> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
