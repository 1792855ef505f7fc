/** Reads a parameter file that consists of literals, as the real compiler would. */
export function parseParameterFile(text: string): Record<string, unknown> {
  const assignments = [...text.matchAll(/^param (\w+) = ([\s\S]*?)(?=^param |(?![\s\S]))/gm)]
  return Object.fromEntries(assignments.map(([, name, literal]) => [name, parse(literal!.trim())]))
}

function parse(literal: string): unknown {
  const json = literal
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^(\w+): /, '"$1": ')
        .replaceAll(/'((?:\\.|[^'\\])*)'/g, (_, inner) => toJson(inner)),
    )
    .join('\n')
    // Between two lines of a list or an object is no comma.
    .replaceAll(/([^[{\n])\n(?![\]}])/g, '$1,\n')
  return JSON.parse(json)
}

function toJson(inner: string): string {
  return JSON.stringify(inner.replaceAll(/\\(.)/g, '$1'))
}
