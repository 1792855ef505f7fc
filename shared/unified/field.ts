import type { Value } from '../downloads/values.ts'

/** A row, by Microsoft's names of its columns or elements. */
export type Row = Readonly<Record<string, Value>>

/** What is known of the account that a row is of, and of its ad group; nothing for accounts themselves. */
export interface RowAccount {
  readonly accountId?: string | undefined
  /** ISO 4217. */
  readonly currencyCode?: string | undefined
  /** The account's time zone, by its IANA name. */
  readonly ianaTimeZone?: string | undefined
  /** Of an ad: the campaign of its ad group. */
  readonly campaignId?: string | undefined
}

/** How a field of a normalized object follows from a row. */
export interface UnifiedField {
  /** Microsoft's columns that decide it. */
  readonly from: readonly string[]
  /** Set if only these of Microsoft's words have a place. */
  readonly words?: Readonly<Record<string, unknown>>
  /** @returns null for what has no place. */
  read(row: Row, account: RowAccount): unknown
}

/** Every field of an object, in Unified.to's order; null for one without anything of Microsoft's. */
export type UnifiedFields = Readonly<Record<string, UnifiedField | null>>

/** A column's text. IDs are text, too. */
export function text(column: string): UnifiedField {
  return { from: [column], read: (row) => textIn(row, column) }
}

/** A column's number. */
export function number(column: string): UnifiedField {
  return { from: [column], read: (row) => numberIn(row, column) }
}

/** One of a column's words in Unified.to's. Microsoft adds words at any time, so others are null. */
export function word(column: string, words: Readonly<Record<string, unknown>>): UnifiedField {
  return { from: [column], words, read: (row) => wordIn(words, textIn(row, column)) }
}

/** What is known of the account or ad group instead of the row. */
export function ofAccount(element: string, member: keyof RowAccount): UnifiedField {
  return { from: [element], read: (_row, account) => account[member] ?? null }
}

/** @returns null for an empty column, and for one that isn't there. */
export function textIn(row: Row, column: string): string | null {
  const value = Object.hasOwn(row, column) ? row[column] : null
  return value === null || value === undefined || value === '' ? null : String(value)
}

/** @returns null for anything that isn't a number. */
export function numberIn(row: Row, column: string): number | null {
  const value = Object.hasOwn(row, column) ? row[column] : null
  return typeof value === 'number' ? value : null
}

function wordIn(words: Readonly<Record<string, unknown>>, found: string | null): unknown {
  return found !== null && Object.hasOwn(words, found) ? words[found] : null
}
