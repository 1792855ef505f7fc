/** JSON of a request or answer: an object with PascalCase names. */
export type JsonObject = Record<string, unknown>

/** Writes a number's digits into JSON unchanged; in V8 since Node 21, not yet in TypeScript's library. */
const { rawJSON } = JSON as unknown as { rawJSON(digits: string): unknown }

/**
 * Writes an answer. 64-bit ids are bigints in memory and quoted strings on the wire, as Microsoft's SDKs write
 * them (LongToStringConverter); with `numericIds` they're bare numbers, exact even beyond 2^53.
 */
export function encodeJson(value: unknown, options: { readonly numericIds: boolean }): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'bigint') return part
    return options.numericIds ? rawJSON(part.toString()) : part.toString()
  })
}

/** Reads a request's JSON; null if it isn't JSON or isn't an object. Integers beyond 2^53 become bigints. */
export function decodeJson(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text, keepLargeIntegers)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

/** A 64-bit id sent as a string or as a number, because the service accepts both; null for anything else. */
export function parseId(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value
  const digits = typeof value === 'number' ? String(value) : value
  return typeof digits === 'string' && /^\d{1,19}$/.test(digits) ? BigInt(digits) : null
}

function keepLargeIntegers(_key: string, value: unknown, context?: { source: string }): unknown {
  const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return isLarge && /^\d+$/.test(context?.source ?? '') ? BigInt(context!.source) : value
}
