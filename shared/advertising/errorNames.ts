import { errorNameRows } from './errorNameRows.ts'
import type { ServiceName } from './services.ts'

/** One row of Microsoft's error table. */
export interface ErrorRow {
  readonly code: number
  /** The name with its service's prefix, as in the table; empty if the service sends none. */
  readonly name: string
}

interface ErrorTable {
  readonly byCode: ReadonlyMap<number, readonly ErrorRow[]>
  /** In lower case, with and without the service's prefix: both occur in answers. */
  readonly byName: ReadonlyMap<string, ErrorRow>
}

let read: ErrorTable | undefined

/** Parsed at the first failed call, so it doesn't slow down the start. */
function table(): ErrorTable {
  read ??= readTable()
  return read
}

/** The name for a number in a service; empty if the number isn't in the table or has no name there. */
export function nameOfCode(code: number, service?: ServiceName): string {
  const rows = table().byCode.get(code) ?? []
  const isUnnamed = service === 'customerManagement' || service === 'customerBilling'
  // A number below 200 means the same in every service.
  if (rows.length === 1) return isUnnamed && code >= 200 ? '' : rows[0]!.name
  return isUnnamed ? '' : (rows.find(({ name }) => name !== '')?.name ?? '')
}

/** Whether Microsoft's table has a row for the number, in any service. */
export function isListedCode(code: number): boolean {
  return table().byCode.has(code)
}

/** The row of a symbolic name, in upper or lower case, with or without its service's prefix. */
export function rowOfName(name: string): ErrorRow | undefined {
  return table().byName.get(name.toLowerCase())
}

function readTable(): ErrorTable {
  const byCode = new Map<number, ErrorRow[]>()
  const byName = new Map<string, ErrorRow>()
  for (const [prefix, rows] of Object.entries(errorNameRows)) {
    for (const entry of rows.trim().split(/\s+/)) {
      const [number = '', bare = ''] = entry.split(':')
      const isPrefixed = prefix.endsWith('Service')
      const row = { code: Number(number), name: isPrefixed ? prefix + bare : bare }
      byCode.set(row.code, [...(byCode.get(row.code) ?? []), row])
      if (bare === '') continue
      byName.set(row.name.toLowerCase(), row)
      // An unprefixed name in the table belongs to that row, not to a prefixed one: `none` comes last.
      if (isPrefixed) byName.set(bare.toLowerCase(), byName.get(bare.toLowerCase()) ?? row)
    }
  }
  return { byCode, byName }
}
