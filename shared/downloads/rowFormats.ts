import type { Value } from './values.ts'

/** How rows are written. */
export interface RowFormat {
  readonly mediaType: string
  begin(columns: readonly string[]): string
  /** @param values undefined where a field is left out, if the format can leave it out. */
  row(columns: readonly string[], values: readonly (Value | undefined)[]): string
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
    row: (columns, values) => {
      let members = ''
      for (const [index, value] of values.entries()) {
        if (value === undefined) continue
        members += `${members && ','}${JSON.stringify(columns[index])}:${JSON.stringify(value)}`
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
    row: (_columns, values) => toRecord(values),
    end: (rows, more = {}) =>
      `${Object.entries(more)
        .map(([name, value]) => `# ${name}: ${value}\r\n`)
        .join('')}# rows: ${rows}\r\n`,
  },
} as const satisfies Record<string, RowFormat>

function toRecord(values: readonly (Value | undefined)[]): string {
  return `${values.map(toField).join(',')}\r\n`
}

function toField(value: Value | undefined): string {
  const text = String(value ?? '')
  return /[",\r\n]|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
