/** A named fact; one without a value isn't shown. */
export type Fact = readonly [name: string, value: string | number | undefined]

/** Facts below each other, with their values aligned. */
export function toFacts(facts: readonly Fact[]): string[] {
  return facts
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name.padEnd(12)} ${printable(String(value))}`)
}

/** Rows below their heads, each column as wide as its longest cell. */
export function toColumns(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads, ...rows].map((row) => row.map(printable))
  const widths = heads.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))))
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}

const lengthOf = (text: string) => [...text].length

/** Names are given by others: a control character would reach the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '\u{fffd}')
}
