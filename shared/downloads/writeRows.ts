import { BrokenFileError } from './brokenFile.ts'
import type { RowFormat } from './rowFormats.ts'
import { readValue } from './values.ts'

/** Rows are passed on in pieces of about this many characters: a piece for each row would cost more than the row. */
const pieceCharacters = 65_536

/**
 * Writes the rows of a file in a format, as they arrive.
 * @param table the columns' names, then the fields of each row; nothing for a report without data.
 * @throws BrokenFileError for a row that has more or fewer fields than there are names.
 */
export async function* writeRows(
  table: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  format: RowFormat,
): AsyncGenerator<Uint8Array> {
  let columns: readonly string[] | undefined
  let [rows, piece] = [0, '']
  for await (const fields of table) {
    if (columns) {
      piece += format.row(columns, toValues(columns, fields))
      rows++
    } else {
      columns = fields
      piece = format.begin(columns)
    }
    if (piece.length < pieceCharacters) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece + format.end(rows))
}

function toValues(columns: readonly string[], fields: readonly string[]) {
  if (fields.length !== columns.length)
    throw new BrokenFileError('has a row with more or fewer fields than columns')
  return columns.map((column, index) => readValue(column, fields[index] ?? ''))
}
