import type { Value } from './values.ts'

/** How rows are written. */
export interface RowFormat {
  readonly mediaType: string
  begin(columns: readonly string[]): string
  row(columns: readonly string[], values: readonly Value[]): string
  /** The last line, with which a whole answer ends. */
  end(rows: number): string
  /** The last line of an answer that can't go on. Without one, such an answer is cut. */
  problem?(document: object): string
}

/** The formats of rows. Each ends with the number of rows, so that an answer that breaks off is seen as one. */
export const rowFormats = {
  /** One JSON object for each row, its members named as Microsoft names the columns. */
  ndjson: {
    mediaType: 'application/x-ndjson',
    begin: () => '',
    row: (columns, values) => {
      let members = ''
      for (const [index, column] of columns.entries())
        members += `${index ? ',' : ''}${JSON.stringify(column)}:${JSON.stringify(values[index])}`
      return `{${members}}\n`
    },
    end: (rows) => `{"_end":{"rows":${rows}}}\n`,
    problem: (document) => `${JSON.stringify({ _problem: document })}\n`,
  },
  /** RFC 4180, with the columns' names first. */
  csv: {
    mediaType: 'text/csv',
    begin: (columns) => toRecord(columns),
    row: (_columns, values) => toRecord(values),
    end: (rows) => `# rows: ${rows}\r\n`,
  },
} as const satisfies Record<string, RowFormat>

function toRecord(values: readonly Value[]): string {
  return `${values.map(toField).join(',')}\r\n`
}

function toField(value: Value): string {
  const text = String(value ?? '')
  return /[",\r\n]|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
