/**
 * What `func azure functionapp publish` publishes of some files. It is no reader of gitignore files: each line stands for
 * the start of a path and ends at a word's boundary, order means nothing, and a `!` line wins over every other
 * (`GitIgnoreParser.cs` of azure-functions-core-tools). A star is one name, two stars are any path, `?` is itself.
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
