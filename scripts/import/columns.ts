import { UsageError } from '../commandLine.ts'
import { trimCell } from './values.ts'

/** The columns that each file must have. */
export const required = ['tenant', 'environment', 'refreshToken'] as const
/** The columns that are `true` or `false`. */
export const flags: readonly string[] = ['allowDifferentUser', 'acceptLostAccounts']

const columns = [...required, 'identityProvider', 'accountKind', 'directoryId', 'displayName', ...flags]
const byPlainName = new Map(columns.map((name) => [plain(name), name]))

/**
 * Reads a header line: names in upper or lower case, with `_`, `-`, or spaces; columns without a name are left out.
 * @throws UsageError if columns are missing, unknown, or repeated.
 */
export function readHeader(header: readonly string[]): (string | false)[] {
  const names = header.map((cell) => (trimCell(cell) === '' ? false : (byPlainName.get(plain(cell)) ?? '')))
  const missing = required.filter((name) => !names.includes(name))
  const unknown = names.filter((name) => name === '').length
  const twice = columns.filter((name) => names.indexOf(name) !== names.lastIndexOf(name))
  const parts = [
    missing.length > 0 && `lacks ${missing.join(', ')}`,
    // Only by position, because in a file without a header line, this is the first tenant’s token.
    unknown > 0 && `has ${unknown} unknown column(s)`,
    twice.length > 0 && `has ${twice.join(', ')} more than once`,
  ].filter(Boolean)
  if (parts.length === 0) return names
  const whole = missing.length === required.length ? ' The first line must name the columns.' : ''
  throw new UsageError(`The header line ${parts.join(' and ')}; columns are ${columns.join(', ')}.${whole}`)
}

function plain(name: string): string {
  return trimCell(name)
    .toLowerCase()
    .replace(/[\s_-]/g, '')
}
