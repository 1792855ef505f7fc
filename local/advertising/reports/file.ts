import { cellOf } from './cells.ts'
import { usDay } from './periods.ts'
import type { ReportRequest } from './request.ts'
import { type RowSource, rowsOf } from './rows.ts'

const pieceCharacters = 65_536

/** Whether a report has any row; without one there is no file (reporting-service/reportrequeststatus). */
export function hasRows(request: ReportRequest, source: RowSource): boolean {
  return rowsOf(request, source).next().done !== true
}

/**
 * A report's file in pieces: the byte order mark, the header, the names of the columns, the rows, and the footer, unless
 * they're excluded (guides/reports#reportschema). Every cell is quoted, and lines end with CR and LF.
 */
export function* reportText(request: ReportRequest, source: RowSource, now: Date): Generator<string> {
  const { columns, separator, excludeHeader, excludeFooter, excludeColumnHeaders } = request
  let piece = '\uFEFF'
  if (!excludeHeader) piece += headerOf(request, source, now)
  if (!excludeColumnHeaders) piece += `${columns.map(quote).join(separator)}\r\n`
  const cells = columns.map(cellOf)
  for (const row of rowsOf(request, source)) {
    for (let index = 0; index < cells.length; index++) {
      piece += (index > 0 ? separator : '') + quote(cells[index]!(row))
    }
    piece += '\r\n'
    if (piece.length < pieceCharacters) continue
    yield piece
    piece = ''
  }
  if (!excludeFooter)
    piece += `\r\n"@${now.getUTCFullYear()} Microsoft Corporation. All rights reserved. "\r\n`
  yield piece
}

function headerOf(request: ReportRequest, source: RowSource, now: Date): string {
  const [first, last] = request.days
  const completed = `${usDay(Math.floor(now.getTime() / 86_400_000))} 2:55:00 AM (GMT)`
  let rows = 0
  for (const _ of rowsOf(request, source)) rows += 1
  const lines = [
    `Report Name: ${request.name}`,
    `Report Time: ${first === last ? usDay(first) : `${usDay(first)}, ${usDay(last)}`}`,
    'Time Zone: (GMT-08:00) Pacific Time (US & Canada); Tijuana',
    `Last Completed Available Day: ${completed}`,
    `Last Completed Available Hour: ${completed}`,
    `Report Aggregation: ${request.aggregation}`,
    'Report Filter: ',
    'Potential Incomplete Data: true',
    `Rows: ${rows}`,
  ]
  return `${lines.map((line) => `${quote(line)}\r\n`).join('')}\r\n`
}

function quote(text: string): string {
  return text.includes('"') ? `"${text.replaceAll('"', '""')}"` : `"${text}"`
}
