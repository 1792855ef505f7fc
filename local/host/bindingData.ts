import type { RouteValues } from './route.ts'
import type { TypedData } from './rpc.ts'

/** An HTTP request's data for its invocation, besides the body. */
export interface RequestParts {
  /** As sent, with the question mark; may be empty. */
  readonly query: string
  /** By name, duplicates joined. */
  readonly headers: Readonly<Record<string, string>>
  readonly params: RouteValues
  /** Only a body with a declared length; a chunked one is never parsed. */
  readonly body: Buffer | undefined
}

/**
 * Builds the metadata of an HTTP invocation: members of a JSON body, overridden by the query and then by the route's
 * values, in one map that ignores case and keeps the first spelling of a name; then `Query` and `Headers`, unless
 * an entry with that name exists
 * (azure-webjobs-sdk-extensions `HttpTriggerAttributeBindingProvider.GetRequestBindingData`). With HTTP streaming the
 * library reads `params` and `headers` from it, so a body or a query can replace or remove them.
 */
export function toTriggerMetadata({ query, headers, params, body }: RequestParts): Record<string, TypedData> {
  const values = new IgnoringCase<string | object | null>()
  for (const [name, value] of membersOf(body)) values.set(name, value)
  const queried = readQuery(query)
  for (const [name, all] of queried) if (name.toLowerCase() !== 'code') values.set(name, all.at(-1)!)
  for (const [name, value] of Object.entries(params)) values.set(name, value)
  if (!values.has('Query'))
    values.set('Query', Object.fromEntries([...queried].map(([k, v]) => [k, v.at(-1)])))
  if (!values.has('Headers')) values.set('Headers', headers)
  return Object.fromEntries([...values].flatMap(([name, value]) => toEntry(name, value)))
}

/** Null values are left out (azure-functions-host `ScriptInvocationContextExtensions.ShouldSkipBindingData`). */
function toEntry(name: string, value: string | object | null): [string, TypedData][] {
  if (value === null) return []
  return [[name, typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) }]]
}

/**
 * Top-level members except arrays and nulls (`Utility.ApplyBindingData`), regardless of the content type. Json.NET
 * accepts more than JSON (single quotes, comments) and rewrites strings that look like dates; this code doesn't.
 */
function* membersOf(body: Buffer | undefined): Generator<[string, string | object]> {
  const text = body?.toString().trim()
  if (!text?.startsWith('{')) return
  for (const [name, value] of Object.entries(parseJson(text))) {
    if (value === null || Array.isArray(value)) continue
    if (typeof value === 'boolean') yield [name, value ? 'True' : 'False']
    else yield [name, typeof value === 'object' ? value : String(value)]
  }
}

function parseJson(text: string): object {
  try {
    return JSON.parse(text) as object
  } catch {
    return {}
  }
}

/** Every value of each name; names ignore case, like `IQueryCollection`. */
export function readQuery(query: string): IgnoringCase<string[]> {
  const values = new IgnoringCase<string[]>()
  for (const [name, value] of new URLSearchParams(query))
    values.set(name, [...(values.get(name) ?? []), value])
  return values
}

/**
 * Joins headers of one name with a comma, including `Authorization` and `Cookie` (.NET `StringValues.ToString`).
 * The host reads values as UTF-8; Node reads them as Latin-1.
 */
export function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const joined = new IgnoringCase<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    const value = Buffer.from(rawHeaders[index + 1]!, 'latin1').toString()
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(joined)
}

/** A map that ignores the case of its keys and keeps the first spelling of each. */
class IgnoringCase<Value> {
  readonly #entries = new Map<string, [string, Value]>()

  get = (key: string): Value | undefined => this.#entries.get(key.toUpperCase())?.[1]
  has = (key: string): boolean => this.#entries.has(key.toUpperCase())

  set(key: string, value: Value): void {
    const upper = key.toUpperCase()
    this.#entries.set(upper, [this.#entries.get(upper)?.[0] ?? key, value])
  }

  [Symbol.iterator] = () => this.#entries.values()
}
