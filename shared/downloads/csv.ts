import { BrokenFileError } from './brokenFile.ts'

/** The most characters of a row: far more than any of Microsoft's, and little enough to be kept. */
const maxRowCharacters = 4_194_304
/** Bulk's widest file has some 600. */
const maxColumns = 2000

/**
 * Reads the rows of a CSV file (RFC 4180) from its text, split anywhere. Empty lines are passed over, and a byte order
 * mark is removed.
 * @throws BrokenFileError if the text ends within quotes, or for a row of more than 4 Mi characters or 2,000 columns.
 */
export async function* readCsv(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<readonly string[]> {
  let [rest, isFirst, isQuoted] = ['', true, false]
  for await (const arrived of texts) {
    const text = isFirst ? arrived.replace(/^\uFEFF/, '') : arrived
    isFirst &&= arrived === ''
    let [begin, from] = [0, 0]
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (hasOddQuotes(text.slice(from, end))) isQuoted = !isQuoted
      from = end + 1
      if (isQuoted) continue
      const row = toRow(rest + text.slice(begin, end))
      if (row) yield row
      rest = ''
      begin = from
    }
    if (hasOddQuotes(text.slice(from))) isQuoted = !isQuoted
    rest += text.slice(begin)
    if (rest.length > maxRowCharacters) throw new BrokenFileError('has a row that is too long')
  }
  const last = toRow(rest)
  if (last) yield last
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd
  return isOdd
}

/** Undefined for an empty line. */
function toRow(line: string): string[] | undefined {
  const row = line.endsWith('\r') ? line.slice(0, -1) : line
  if (row === '') return undefined
  const fields = row.includes('"') ? (plainlyQuotedFields(row) ?? quotedFields(row)) : row.split(',')
  if (fields.length > maxColumns) throw new BrokenFileError('has too many columns')
  return fields
}

/**
 * Reads fast what Microsoft writes most: each field is quoted, and none contains a quote. Wherever a field with doubled
 * quotes is split, some of them remain.
 * @returns undefined for any other row.
 */
function plainlyQuotedFields(row: string): string[] | undefined {
  if (row.length < 2 || !row.startsWith('"') || !row.endsWith('"')) return undefined
  const fields = row.slice(1, -1).split('","')
  return fields.some((one) => one.includes('"')) ? undefined : fields
}

/** Each field is quoted, with its quotes doubled, or has neither quote nor comma. */
const field = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/gy

function quotedFields(row: string): string[] {
  const fields: string[] = []
  for (field.lastIndex = 0; field.lastIndex <= row.length; ) {
    const begin = field.lastIndex
    const found = field.exec(row)
    if (!found) throw new BrokenFileError('has a quote that is unfinished or out of place')
    const [whole, quoted, plain = ''] = found
    fields.push(quoted?.replaceAll('""', '"') ?? plain)
    if (begin + whole.length >= row.length && !whole.endsWith(',')) break
  }
  return fields
}
