/** The path and the query of a request, or the status that Kestrel refuses the request with. */
export type Target = { readonly path: string; readonly query: string } | { readonly refused: 400 | 414 }

/** Kestrel's `MaxRequestLineSize`, in bytes. */
const maxRequestLineBytes = 8192

/**
 * Reads a request target as Kestrel does: `path` is decoded except for `%2F`, and its dot segments are gone before
 * any route is tried; `query` is as sent, with its question mark. An absolute-form target counts by its path.
 * (aspnetcore `Http1Connection.OnOriginFormTarget`, `UrlDecoder`, `PathNormalizer`.)
 */
export function parseTarget(method: string, target: string): Target {
  if (`${method} ${target} HTTP/1.1\r\n`.length > maxRequestLineBytes) return { refused: 414 }
  const origin = target.replace(/^https?:\/\/[^/?]*/i, '')
  const end = origin.indexOf('?')
  const path = end < 0 ? origin : origin.slice(0, end)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what Kestrel refuses
  if (/%00|[\x00-\x20\x7f-\uffff]/.test(path)) return { refused: 400 }
  return {
    path: removeDotSegments(decodePath(path)) || '/',
    query: end < 0 ? '' : toQuery(origin.slice(end)),
  }
}

/** The forwarder encodes what would end a query. */
const toQuery = (text: string) => text.replaceAll('#', '%23')

/** One character of UTF-8, escaped; `%2F` is not for Kestrel to decode. */
const escapedCharacter =
  /%(?!2f)[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi

/** Decodes all but `%2F`, and leaves escapes that are not UTF-8 as they are. */
function decodePath(path: string): string {
  return path.replace(escapedCharacter, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}

/** RFC 3986 section 5.2.4, on a path that is decoded: `%2e%2e` is a dot segment too. */
function removeDotSegments(path: string): string {
  const segments = path.split('/')
  const kept: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else {
      if (segment === '..' && kept.length > 1) kept.pop()
      if (index === segments.length - 1) kept.push('')
    }
  }
  return kept.join('/')
}

/**
 * Writes a decoded path into an address.
 * The forwarder encodes `%` as any other character, so that a client's `%2F` becomes `%252F`
 * (YARP `RequestUtilities.EncodePath`); `PathString.ToString`, behind the address of a request that is not
 * forwarded, keeps what is escaped already.
 */
export function encodePath(path: string, percent: 'encoded' | 'kept'): string {
  const unsafe = percent === 'encoded' ? unsafeCharacter : unsafeButEscapes
  return path.replace(unsafe, (text) => encodeURIComponent(text))
}

const unsafeCharacter = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]+/g
const unsafeButEscapes = /(?:(?!%[0-9a-fA-F]{2})[^A-Za-z0-9\-._~!$&'()*+,;=:@/])+/g
