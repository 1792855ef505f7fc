import { BrokenFileError } from './brokenFile.ts'
import type { FileKind } from './fileKinds.ts'
import type { RowFormat } from './rowFormats.ts'
import type { Value } from './values.ts'

/** Rows are passed on in pieces of about this many characters: a piece for each row would cost more than the row. */
const pieceCharacters = 65_536

type Fields = readonly string[]

/** What a file's columns are, and how its rows are read. */
interface Header {
  readonly columns: Fields
  readonly names: Fields
  readonly isFrame: (fields: Fields) => boolean
  readonly toValues: (fields: Fields) => readonly (Value | undefined)[]
}

/**
 * Writes the rows of a file in a format, as they arrive.
 * @param table the columns' names, then the fields of each row; nothing for a report without data.
 * @throws BrokenFileError for a row that has more or fewer fields than there are names.
 */
export async function* writeRows(
  table: AsyncIterable<Fields> | Iterable<Fields>,
  format: RowFormat,
  kind: FileKind,
): AsyncGenerator<Uint8Array> {
  let header: Header | undefined
  let [rows, piece, more] = [0, '', {}]
  for await (const fields of table) {
    if (!header) {
      header = readHeader(fields, kind, format)
      piece = format.begin(fields)
    } else if (header.isFrame(fields)) {
      more = { ...more, ...kind.readFrame?.(header.columns, fields) }
    } else {
      piece += format.row(header.toValues(fields), header.names)
      rows++
    }
    if (piece.length < pieceCharacters) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece + format.end(rows, more))
}

/** Reads the first row of a file. */
export function readHeader(columns: Fields, kind: FileKind, { name }: Pick<RowFormat, 'name'> = {}): Header {
  const readers = columns.map((column) => kind.reader(column))
  const toValues = (fields: Fields) => {
    if (fields.length !== columns.length)
      throw new BrokenFileError('has a row with more or fewer fields than columns')
    return fields.map((text, index) => (text === '' ? kind.empty : readers[index]?.(text)))
  }
  const names = name ? columns.map(name) : []
  return { columns, names, toValues, isFrame: kind.isFrame?.(columns) ?? (() => false) }
}
