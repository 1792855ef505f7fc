import type { Value } from './values.ts'

/** How rows are written. */
export interface RowFormat {
  readonly mediaType: string
  begin(columns: readonly string[]): string
  /** How a row names a column. Default is not at all. */
  name?(column: string): string
  /** @param values undefined where a field is left out, if the format can leave it out. @param names of the columns. */
  row(values: readonly (Value | undefined)[], names: readonly string[]): string
  /** The last line, with which a whole answer ends. @param more what it says besides the number of rows. */
  end(rows: number, more?: Readonly<Record<string, string>>): string
  /** The last line of an answer that can't go on. Without one, such an answer is cut. */
  problem?(document: object): string
}

/** The formats of rows. Each ends with the number of rows, so that an answer that breaks off is seen as one. */
export const rowFormats = {
  /** One JSON object for each row, its members named as Microsoft names the columns. */
  ndjson: {
    mediaType: 'application/x-ndjson',
    begin: () => '',
    name: (column) => `${JSON.stringify(column)}:`,
    row: (values, names) => {
      let members = ''
      // Hundreds of a record's fields are left out, and an iterator would cost more than the rest.
      for (let index = 0; index < values.length; index++) {
        const value = values[index]
        if (value === undefined) continue
        members += `${members && ','}${names[index]}${JSON.stringify(value)}`
      }
      return `{${members}}\n`
    },
    end: (rows, more) => `${JSON.stringify({ _end: { rows, ...more } })}\n`,
    problem: (document) => `${JSON.stringify({ _problem: document })}\n`,
  },
  /** RFC 4180, with the columns' names first. */
  csv: {
    mediaType: 'text/csv',
    begin: (columns) => toRecord(columns),
    row: (values) => toRecord(values),
    end: (rows, more = {}) =>
      `${Object.entries(more)
        .map(([name, value]) => `# ${name}: ${value}\r\n`)
        .join('')}# rows: ${rows}\r\n`,
  },
} as const satisfies Record<string, RowFormat>

/** A record of one empty field is quoted, because readers pass over an empty line. */
function toRecord(values: readonly (Value | undefined)[]): string {
  return `${values.map(toField).join(',') || '""'}\r\n`
}

function toField(value: Value | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
