import type { ServerResponse } from 'node:http'
import type { HttpRequest } from '@azure/functions'
import { findExchange } from './exchanges.ts'

/** A request as the client sent it. */
export interface ReceivedRequest extends Pick<HttpRequest, 'method' | 'url' | 'query' | 'body'> {
  readonly headers: Pick<Headers, 'get'>
  readonly params: Readonly<Record<string, string>>
  /** The invocation's id; absent if no host received the request. */
  readonly requestId?: string
  /** The answer on its way to the host's forwarder; absent without HTTP streaming. */
  readonly answer?: ServerResponse
}

/** Reads a route's values from a path that the route matches, by name. */
export type ReadPathParams = (pathname: string) => Record<string, string>

/**
 * Reads the original request, not the host's version of it. The host merges a JSON body's members, the query, and the
 * route's values into one map with case-insensitive names (`HttpTriggerAttributeBindingProvider`,
 * `GetRequestBindingData`), and the library takes `params` and `headers` from there: a query parameter `Headers` would
 * replace every header, and one named `Tenant` would hide the route's own. So headers come from the request itself, and
 * route values from its path.
 * @param readParams {@link createReadPathParams} of the route's registered template.
 */
export function receiveRequest(
  request: HttpRequest,
  invocationId: string,
  readParams: ReadPathParams,
): ReceivedRequest {
  const { method, url, query, body } = request
  const { request: native, response: answer } = findExchange(invocationId) ?? {}
  return {
    method,
    url,
    query,
    body,
    headers: native ? { get: (name) => readHeader(native.rawHeaders, name) } : request.headers,
    params: readParams(pathnameOf(url)),
    requestId: invocationId,
    ...(answer && { answer }),
  }
}

/**
 * Reads a header where it was sent: with Node's maps of all headers, a vend of 180 µs of processor time would take 10
 * more (`npm run bench -- warm-vend`). A repeated header becomes one value, joined with commas (RFC 9110, section 5.2),
 * or with semicolons for cookies.
 * @param sent names and values in turn.
 */
function readHeader(sent: readonly string[], name: string): string | null {
  const lowerName = name.toLowerCase()
  let value: string | null = null
  for (let index = 0; index < sent.length; index += 2) {
    const other = sent[index]!
    if (other.length !== lowerName.length || other.toLowerCase() !== lowerName) continue
    value =
      value === null ? sent[index + 1]! : `${value}${lowerName === 'cookie' ? '; ' : ', '}${sent[index + 1]}`
  }
  return value
}

/** The path of an address that is already in its normal form: parsing it again would cost as much as all checks of a vend. */
function pathnameOf(url: string): string {
  const rest = url.slice(url.indexOf('/', url.indexOf('//') + 2))
  const end = rest.search(/[?#]/)
  return end < 0 ? rest : rest.slice(0, end)
}

/**
 * Reads a template's values from a path that it matches. The host passes the path on with one more level of encoding
 * than it routed by (a client's `%2F` arrives as `%252F`), so decoding once gives the values by which it routed.
 */
export function createReadPathParams(template: string): ReadPathParams {
  const values = template.split('/').flatMap((part, index) => {
    const [, star, name] = /^\{(\*?)(\w+)\}$/.exec(part) ?? []
    return name ? { name, index, isRest: star === '*' } : []
  })
  return (pathname) => {
    const words = pathname.split('/').slice(1)
    const params: Record<string, string> = {}
    for (const { name, index, isRest } of values) {
      const value = isRest ? words.slice(index).join('/') : words[index]
      if (value) params[name] = decode(value)
    }
    return params
  }
}

/** An invalid encoding stays unchanged, so the field's own check refuses it. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
