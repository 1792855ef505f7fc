const end = '<!-- End of what is generated. -->'

/**
 * A page whose marked sections are made again; the rest of the page is written by hand.
 * @param source the file that a section is generated from.
 * @throws Error if the page lacks a section, or has one that isn't known.
 */
export function withSections(
  page: string,
  source: string,
  sections: Readonly<Record<string, () => string>>,
): string {
  const begin = new RegExp(
    `<!-- Generated from ${source.replaceAll('.', '\\.')} \\((\\w+)\\) by scripts/generate-docs\\.ts; do not edit\\. -->`,
    'g',
  )
  const found = [...page.matchAll(begin)].map(([, name = '']) => name)
  if (found.toSorted().join() !== Object.keys(sections).toSorted().join())
    throw new Error(`sections: ${found.join(', ')}; expected: ${Object.keys(sections).join(', ')}`)
  const parts = page.split(begin)
  return parts
    .map((part, index) => {
      if (index === 0) return part
      // The names stand between the parts.
      if (index % 2 === 1) return markOf(source, part)
      const name = parts[index - 1] ?? ''
      const after = part.split(end).slice(1).join(end)
      return `\n\n${sections[name]?.().trim()}\n\n${end}${after}`
    })
    .join('')
}

function markOf(source: string, name: string): string {
  return `<!-- Generated from ${source} (${name}) by scripts/generate-docs.ts; do not edit. -->`
}
