/** The path and the query of a request, or the status with which Kestrel refuses the request. */
export type Target = { readonly path: string; readonly query: string } | { readonly refused: 400 | 414 }

/** Kestrel's `MaxRequestLineSize`, in bytes. */
const maxRequestLineBytes = 8192

/**
 * Parses a request target like Kestrel: `path` is decoded except for `%2F`, and its dot segments are removed before
 * routing; `query` is as sent, with the question mark. Only the path of an absolute-form target counts.
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

/** The forwarder encodes characters that would end a query. */
const toQuery = (text: string) => text.replaceAll('#', '%23')

/** An escaped UTF-8 character; Kestrel doesn't decode `%2F`. */
const escapedCharacter =
  /%(?!2f)[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/gi

/** Decodes everything except `%2F` and escapes that aren't UTF-8. */
function decodePath(path: string): string {
  return path.replace(escapedCharacter, (escaped) => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}

/** RFC 3986 section 5.2.4, on a decoded path: `%2e%2e` is also a dot segment. */
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
 * Encodes a decoded path for a URL.
 * The forwarder encodes `%` like any other character, so a client's `%2F` becomes `%252F`
 * (YARP `RequestUtilities.EncodePath`); `PathString.ToString`, which is used for the URL of a request that isn't
 * forwarded, keeps existing escapes.
 */
export function encodePath(path: string, percent: 'encoded' | 'kept'): string {
  const unsafe = percent === 'encoded' ? unsafeCharacter : unsafeButEscapes
  return path.replace(unsafe, (text) => encodeURIComponent(text))
}

const unsafeCharacter = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]+/g
const unsafeButEscapes = /(?:(?!%[0-9a-fA-F]{2})[^A-Za-z0-9\-._~!$&'()*+,;=:@/])+/g
