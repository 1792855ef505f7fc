/** A value of JSON as Bicep writes it. */
export function toBicep(value: unknown, indent = ''): string {
  const inner = `${indent}  `
  if (typeof value === 'string') return `'${value.replace(/['\\]|\$(?=\{)/g, '\\$&')}'`
  if (Array.isArray(value))
    return block(
      '[',
      value.map((each) => `${inner}${toBicep(each, inner)}`),
      `${indent}]`,
    )
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([name, each]) => `${inner}${keyOf(name)}: ${toBicep(each, inner)}`,
    )
    return block('{', members, `${indent}}`)
  }
  return String(value)
}

function block(open: string, lines: readonly string[], close: string): string {
  return lines.length === 0 ? `${open}${close.trim()}` : [open, ...lines, close].join('\n')
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : toBicep(name)
}
