/** A generated page: its title, the file it is generated from, its introduction, and its parts. */
export function page(title: string, source: string, about: string, ...parts: readonly string[]): string {
  const note = `<!-- Generated from ${source} by scripts/generate-docs.ts; do not edit. -->`
  return `${[note, `# ${title}\n`, `${about}\n`, ...parts].join('\n')}\n`
}

/** A table; characters that would end a cell are escaped. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line), ''].join('\n')
}

/** Text as code. */
export function code(text: string): string {
  return `\`${text}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
