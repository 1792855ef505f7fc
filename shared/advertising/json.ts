import * as z from 'zod'

/** The reviver's third argument (ECMAScript "JSON.parse source text access"), in Node since 22. */
interface ReviverContext {
  readonly source?: string
}

/**
 * Parses JSON and keeps every integer that doesn't fit in a double as a string of its original digits:
 * Microsoft Advertising's ids are 64 bits wide.
 * @throws SyntaxError if the text isn't JSON.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, keepWideInteger)
}

/** Parses JSON like {@link parseJson}; undefined if the text isn't JSON. */
export function parseJsonOrNothing(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** An id of Microsoft Advertising: sent as a string of digits or a number, kept as a string. */
export const idSchema = z
  .union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative()])
  .transform((id) => String(id))

function keepWideInteger(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}
