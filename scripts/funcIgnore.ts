/**
 * The files that `func azure functionapp publish` publishes. It doesn't follow gitignore rules: each line matches
 * the start of a path up to a word boundary, order has no effect, and a `!` line overrides every other
 * (`GitIgnoreParser.cs` of azure-functions-core-tools). One star matches a name, two stars match any path, and `?` is
 * literal.
 */
export function publishedByFunc(funcignore: string, files: readonly string[]): string[] {
  const lines = funcignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const allowed = lines.filter((line) => line.startsWith('!')).map((line) => starting(line.slice(1)))
  const denied = lines.filter((line) => !line.startsWith('!')).map(starting)
  const matches = (patterns: RegExp[], file: string) => patterns.some((pattern) => pattern.test(file))
  return files.filter((file) => matches(allowed, file) || !matches(denied, file))
}

function starting(line: string): RegExp {
  const parts = line.replace(/^\//, '').split(/(\*\*?)/)
  const pattern = parts.map((part) => ({ '*': '[^/]+', '**': '.+' })[part] ?? RegExp.escape(part))
  return new RegExp(`^${pattern.join('')}\\b`)
}
