import { type CsvError, parse } from 'csv-parse/sync'
import * as z from 'zod'
import { grantBody } from '../../shared/grants/bring.ts'
import { tenantId } from '../../shared/http/fields.ts'
import { UsageError } from '../commandLine.ts'

/** One tenant of the file, as the broker's route takes it. */
export interface ImportRow {
  readonly line: number
  readonly tenant: string
  readonly grant: z.input<typeof grantBody>
}

/** Why a line cannot be imported; never with the line's token in it. */
export interface RowFault {
  readonly line: number
  readonly fault: string
}

/** A file that was read whole. */
export interface ImportFile {
  readonly rows: readonly ImportRow[]
  readonly faults: readonly RowFault[]
}

const required = ['tenant', 'environment', 'refreshToken']
const flags: readonly string[] = ['allowDifferentUser', 'acceptLostAccounts']
const columns = [...required, 'identityProvider', 'accountKind', 'directoryId', 'displayName', ...flags]

/**
 * Reads a CSV file (RFC 4180, with a header line, with or without a byte order mark) and checks every line.
 * @throws UsageError when it is no such file.
 */
export function parseImportFile(text: string): ImportFile {
  const rows: ImportRow[] = []
  const faults: RowFault[] = []
  const lineOfTenant = new Map<string, number>()
  for (const { record, info } of readRecords(text)) {
    const { tenant = '', ...fields } = record
    const present = Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) => (value ? [[name, toField(name, value)]] : [])),
    )
    const parsed = z.object({ tenant: tenantId, grant: grantBody }).safeParse({ tenant, grant: present })
    const before = lineOfTenant.get(tenant)
    const line = info.lines
    if (!parsed.success) faults.push({ line, fault: faultOf(parsed.error) })
    else if (before !== undefined) faults.push({ line, fault: `tenant ${tenant} is on line ${before} too` })
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
  try {
    return parse(text, {
      bom: true,
      columns: assertColumns,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as CsvRecord[]
  } catch (error) {
    if (error instanceof UsageError) throw error
    const { code, lines } = error as CsvError & { lines?: number }
    throw new UsageError(`The file is not readable as CSV${lines ? ` at line ${lines}` : ''} (${code}).`)
  }
}

function assertColumns(header: readonly string[]): string[] {
  const missing = required.filter((name) => !header.includes(name))
  const unknown = header.filter((name) => !columns.includes(name))
  if (missing.length === 0 && unknown.length === 0) return [...header]
  const parts = [
    missing.length > 0 && `lacks ${missing.join(', ')}`,
    // By its position alone: in a file without a header line this is the first tenant’s token.
    unknown.length > 0 && `has ${unknown.length} unknown column(s)`,
  ].filter(Boolean)
  throw new UsageError(`The header line ${parts.join(' and ')}; columns are ${columns.join(', ')}.`)
}

/** A flag is `true` or `false`; anything else is left for the check to refuse. */
function toField(name: string, value: string): string | boolean {
  return flags.includes(name) && (value === 'true' || value === 'false') ? value === 'true' : value
}

function faultOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.filter((part) => part !== 'grant').join('.')}: ${message}`)
    .join('; ')
}
