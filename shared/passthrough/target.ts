import { Problem } from '../problems.ts'

/** A segment of a REST path as Microsoft writes them: a server can't decode it into anything else. */
const plainWord = /^[A-Za-z0-9_.~-]+$/

/** Longer than any path of the API (the longest in the reference has 79 characters). */
const maxPath = 500

/**
 * The address of a passed-through call: a path below the service's base URL, with the caller's query unchanged.
 * Clients that follow OpenAPI write each `/` of a path parameter as `%2F`. SDKs whose base address can be set keep
 * Microsoft's own path, so the base URL's path in front is dropped. Anything except plain segments is refused: percent signs, backslashes, `@`, `:`, empty segments, `.`,
 * and `..`, so no server can interpret the path as leading elsewhere.
 * @param baseUrl the service's own, without a trailing slash.
 * @param sent the part after the service in the route, decoded or not.
 * @throws Problem `invalid_request`.
 */
export function targetUrl(baseUrl: string, sent: string, query: string): URL {
  if (sent.length > maxPath) throw invalidPath(`is longer than ${maxPath} characters`)
  const documented = `${new URL(baseUrl).pathname.slice(1)}/`
  const decoded = sent.replaceAll(/%2f/gi, '/')
  const path = decoded.startsWith(documented) ? decoded.slice(documented.length) : decoded
  const isPlain = path.split('/').every((word) => plainWord.test(word) && word !== '.' && word !== '..')
  if (!isPlain) {
    throw invalidPath('must be an operation’s path as Microsoft documents it, for example Campaigns/Query')
  }
  const target = new URL(`${baseUrl}/${path}`)
  target.search = query
  return target
}

function invalidPath(fault: string): Problem {
  return new Problem('invalid_request', {
    detail: `path path: ${fault}`,
    members: { errors: [{ in: 'path', field: 'path', fault }] },
  })
}
