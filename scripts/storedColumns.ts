/** The columns that `docs/storage.md` explains under a heading: the first cells of its table of columns. */
export function storedColumns(page: string): (heading: string) => readonly string[] {
  return (heading) => {
    const [, after = ''] = page.split(`\n${heading}\n`)
    const [section = ''] = after.split(/\n##+ /)
    const [, rows = ''] = section.split('| column |')
    return [...(rows.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, column = '']) => column)
  }
}
