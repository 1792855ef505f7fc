import { errorNameRows } from './errorNameRows.ts'
import type { ServiceName } from './services.ts'

/** One row of Microsoft's error table. */
export interface ErrorRow {
  readonly code: number
  /** The name with its service's prefix, as the table has it; empty where the service sends none. */
  readonly name: string
}

interface ErrorTable {
  readonly byCode: ReadonlyMap<number, readonly ErrorRow[]>
  /** In lower case, with and without the service's prefix: both are on the wire. */
  readonly byName: ReadonlyMap<string, ErrorRow>
}

let read: ErrorTable | undefined

/** Read at the first failed call, so that no start pays for it. */
function table(): ErrorTable {
  read ??= readTable()
  return read
}

/** The name that goes with a number in a service; empty when the number is not in the table or has no name there. */
export function nameOfCode(code: number, service?: ServiceName): string {
  const rows = table().byCode.get(code) ?? []
  const isUnnamed = service === 'customerManagement' || service === 'customerBilling'
  // A number below 200 means the same in every service.
  if (rows.length === 1) return isUnnamed && code >= 200 ? '' : rows[0]!.name
  return isUnnamed ? '' : (rows.find(({ name }) => name !== '')?.name ?? '')
}

/** Whether Microsoft's table has a row for the number, whichever service's it is. */
export function isListedCode(code: number): boolean {
  return table().byCode.has(code)
}

/** The row of a symbolic name, in whatever case, with its service's prefix or without. */
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
      // A name that the table has without a prefix is that row's, not a prefixed one's: `none` comes last.
      if (isPrefixed) byName.set(bare.toLowerCase(), byName.get(bare.toLowerCase()) ?? row)
    }
  }
  return { byCode, byName }
}
