import { withEnd } from '../passthrough/withEnd.ts'
import type { OpenedTable } from './openDownload.ts'
import type { Value } from './values.ts'
import { readHeader } from './writeRows.ts'

/**
 * Reads the rows of a file, by the names of their columns, without the file's own and without what the kind of file leaves
 * out. A reader that stops closes the file.
 * @throws BrokenFileError
 */
export function readRows(opened: OpenedTable): AsyncIterableIterator<Readonly<Record<string, Value>>> {
  return withEnd(rowsOf(opened), opened.close)
}

async function* rowsOf({ table, kind }: OpenedTable): AsyncGenerator<Readonly<Record<string, Value>>> {
  let header: ReturnType<typeof readHeader> | undefined
  for await (const fields of table) {
    if (!header) header = readHeader(fields, kind)
    else if (!header.isFrame(fields)) yield toRow(header.columns, header.toValues(fields))
  }
}

function toRow(columns: readonly string[], values: readonly (Value | undefined)[]): Record<string, Value> {
  const row: Record<string, Value> = {}
  for (const [index, value] of values.entries()) {
    const column = columns[index]
    if (value !== undefined && column) row[column] = value
  }
  return row
}
