import type { RouteValues } from './route.ts'
import type { TypedData } from './rpc.ts'

/** What an HTTP request gives to its invocation beside the body itself. */
export interface RequestParts {
  /** As sent, with its question mark; may be empty. */
  readonly query: string
  /** By name, duplicates joined. */
  readonly headers: Readonly<Record<string, string>>
  readonly params: RouteValues
  /** Only a body that came with a length; a chunked one is never looked into. */
  readonly body: Buffer | undefined
}

/**
 * Builds the metadata of an HTTP invocation: members of a JSON body, over them the query, over both the route's values,
 * in one map that ignores case and keeps the first spelling of a name; then `Query` and `Headers`, unless
 * something of that name is there already
 * (azure-webjobs-sdk-extensions `HttpTriggerAttributeBindingProvider.GetRequestBindingData`). With HTTP streaming the
 * library takes `params` and `headers` from it, so that a body or a query can replace or remove them.
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

/** What is null stays out (azure-functions-host `ScriptInvocationContextExtensions.ShouldSkipBindingData`). */
function toEntry(name: string, value: string | object | null): [string, TypedData][] {
  if (value === null) return []
  return [[name, typeof value === 'string' ? { string: value } : { json: JSON.stringify(value) }]]
}

/**
 * Top-level members, arrays and nulls apart (`Utility.ApplyBindingData`), whatever the content type says. Json.NET
 * reads more than JSON (single quotes, comments) and rewrites strings that look like dates; this does not.
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

/** Every value of each name; names ignore case, as `IQueryCollection` does. */
export function readQuery(query: string): IgnoringCase<string[]> {
  const values = new IgnoringCase<string[]>()
  for (const [name, value] of new URLSearchParams(query))
    values.set(name, [...(values.get(name) ?? []), value])
  return values
}

/**
 * Joins headers of one name by a comma, `Authorization` and `Cookie` too (.NET `StringValues.ToString`).
 * Values are UTF-8 there; Node reads them as Latin-1.
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
