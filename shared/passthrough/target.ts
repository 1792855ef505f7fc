import { Problem } from '../problems.ts'

/** A word of a REST path as Microsoft writes them: nothing that a server could decode into something else. */
const plainWord = /^[A-Za-z0-9_.~-]+$/

/** Longer than any path of the API (the longest in the reference has 79 characters). */
const maxPath = 500

/**
 * Where a passed-on call goes: a path below the service's base URL, with the caller's query as it is.
 * Confined by refusing whatever is not a plain word: percent signs, backslashes, `@`, `:`, empty words, `.`
 * and `..`, so that no reading of the path by anybody leads elsewhere.
 * @param baseUrl the service's own, with no slash at its end.
 * @param path what follows the service in the route, decoded or not.
 * @throws Problem `invalid_request`.
 */
export function targetUrl(baseUrl: string, path: string, query: string): URL {
  if (path.length > maxPath) throw invalidPath(`is longer than ${maxPath} characters`)
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
