import { type CsvError, parse } from 'csv-parse/sync'
import * as z from 'zod'
import { type GrantRequest, grantBody } from '../../shared/grants/importGrant.ts'
import { tenantId } from '../../shared/http/fields.ts'
import { UsageError } from '../commandLine.ts'
import { flags, readHeader } from './columns.ts'
import { explainToolFile } from './toolFile.ts'
import { tokenFault, toValue, trimCell } from './values.ts'

/** A tenant in the file, in the form that the broker's route accepts. */
export interface ImportRow {
  readonly line: number
  readonly tenant: string
  readonly grant: GrantRequest
}

/** Why a line can't be imported; never contains the line's token. */
export interface RowFault {
  readonly line: number
  readonly fault: string
}

/** A parsed file. */
export interface ImportFile {
  readonly rows: readonly ImportRow[]
  readonly faults: readonly RowFault[]
}

const checkedRow = z.object({ tenant: tenantId, grant: grantBody })

/**
 * Reads a CSV file (RFC 4180, with a header line) as spreadsheets write it, and checks every line. Separators are
 * comma, semicolon, or tab, with or without Excel's `sep=` line, and with lines of only separators.
 * @throws UsageError if it isn't such a file.
 */
export function parseImportFile(text: string): ImportFile {
  const rows: ImportRow[] = []
  const faults: RowFault[] = []
  const lineOfTenant = new Map<string, number>()
  for (const { record, info } of readRecords(text)) {
    const { tenant = '', ...fields } = record
    const present = Object.entries(fields).flatMap(([name, value]) =>
      value ? [[name, toValue(name, value, flags.includes(name))]] : [],
    )
    const parsed = checkedRow.safeParse({ tenant, grant: Object.fromEntries(present) })
    const wrongToken = fields.refreshToken && tokenFault(fields.refreshToken)
    const before = lineOfTenant.get(tenant)
    const line = info.lines
    if (!parsed.success) faults.push({ line, fault: faultOf(parsed.error) })
    else if (wrongToken) faults.push({ line, fault: `refreshToken: ${wrongToken}` })
    else if (before !== undefined) faults.push({ line, fault: `tenant ${tenant} is also on line ${before}` })
    else rows.push({ line, tenant, grant: parsed.data.grant })
    lineOfTenant.set(tenant, before ?? line)
  }
  return { rows, faults }
}

interface CsvRecord {
  readonly record: Record<string, string>
  readonly info: { readonly lines: number }
}

function readRecords(text: string): CsvRecord[] {
  if (trimCell(text) === '') throw new UsageError('The file is empty.')
  const toolFile = explainToolFile(text)
  if (toolFile) throw new UsageError(toolFile)
  const records = parseCsv(text)
  if (records.length === 0) throw new UsageError('The file has no line below its header line.')
  return records
}

function parseCsv(text: string): CsvRecord[] {
  const { delimiter, fromLine } = separatorOf(text)
  try {
    return parse(text, {
      bom: true,
      columns: readHeader,
      delimiter,
      from_line: fromLine,
      info: true,
      on_record: trimRecord,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    }) as unknown as CsvRecord[]
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code, lines } = error as CsvError & { lines?: number }
    throw new UsageError(`The file is not readable as CSV${lines ? ` at line ${lines}` : ''} (${code}).`)
  }
}

/** The separator in Excel's `sep=` line, or the most frequent one in the header line. */
function separatorOf(text: string): { readonly delimiter: string; readonly fromLine: number } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const told = lines[0]?.match(/^"?sep=(.)"?[,;\t]*$/i)?.[1]
  if (told) return { delimiter: told, fromLine: 2 }
  const header = lines.find((line) => /[^\s,;]/.test(line)) ?? ''
  const count = (delimiter: string) => header.split(delimiter).length
  return { delimiter: [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0]!, fromLine: 1 }
}

function trimRecord(found: CsvRecord): CsvRecord {
  const cells = Object.entries(found.record).map(([name, value]) => [name, trimCell(value)])
  return { ...found, record: Object.fromEntries(cells) }
}

function faultOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.filter((part) => part !== 'grant').join('.')}: ${message}`)
    .join('; ')
}
