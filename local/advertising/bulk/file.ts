import type { Inventory } from '../inventory/inventory.ts'
import { bulkColumns } from './columns.ts'
import { type BulkRecord, recordsOf, timeText, type Wanted } from './records.ts'

const pieceCharacters = 65_536

/** What the file's first records say. */
export interface Frame {
  readonly customerId: bigint
  readonly separator: ',' | '\t'
  /** The account's Sync Time: the next delta starts there. */
  readonly syncTime: Date
}

/**
 * A bulk file in pieces: byte order mark, column names, the Format Version record, the Account record with its Sync Time
 * (`MM/DD/YYYY HH:MM:SS`, bulk-service/account), and what was asked for. Cells are quoted only where they must be.
 */
export function* bulkText(inventory: Inventory, wanted: Wanted, frame: Frame): Generator<string> {
  const write = (record: BulkRecord) =>
    `${bulkColumns.map((column) => cell(record[column])).join(frame.separator)}\r\n`
  let piece = `\uFEFF${bulkColumns.join(frame.separator)}\r\n`
  piece += write({ Type: 'Format Version', Name: '6.0' })
  piece += write({
    Type: 'Account',
    Id: String(inventory.accountId),
    'Parent Id': String(frame.customerId),
    'Sync Time': timeText(frame.syncTime).slice(0, -4),
    'MSCLKID Auto Tagging Enabled': 'false',
  })
  for (const record of recordsOf(inventory, wanted)) {
    piece += write(record)
    if (piece.length < pieceCharacters) continue
    yield piece
    piece = ''
  }
  yield piece
}

function cell(text: string | undefined): string {
  if (text === undefined) return ''
  return /[",\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
