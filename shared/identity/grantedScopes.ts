/**
 * Whether a token response's `scope` includes a required scope, by meaning: Microsoft's answers differ in the letter. An
 * absent one is as asked (RFC 6749, section 5.1). Hosts are compared without regard to case, and of the path only the
 * last segment counts. A bare name has no host to compare.
 */
export function includesScope(granted: string, required: string): boolean {
  const wanted = parseScope(required)
  const words = wordsOf(granted)
  return (
    words.length === 0 ||
    words.map(parseScope).some(({ host, name }) => name === wanted.name && (!host || host === wanted.host))
  )
}

const maxNames = 10

/** The names in a token response's `scope` for a log: no other text gets through. */
export function scopeNames(granted: string): string {
  return wordsOf(granted)
    .filter((word) => /^[\w.:/-]{1,100}$/.test(word))
    .slice(0, maxNames)
    .join(' ')
}

function parseScope(scope: string): { readonly host: string; readonly name: string } {
  const name = scope.slice(scope.lastIndexOf('/') + 1).toLowerCase()
  return { host: URL.parse(scope)?.host ?? '', name }
}

function wordsOf(granted: string): string[] {
  return granted.split(/\s+/).filter(Boolean)
}
