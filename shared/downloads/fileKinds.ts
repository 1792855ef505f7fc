import { isFrame, readFrame, readRecordValue } from './records.ts'
import { readValue, type Value } from './values.ts'

/** The services that make files. */
export type DownloadService = 'reporting' | 'bulk'

/** What a service's files are like. */
export interface FileKind {
  /** Reads the fields of a column that aren't empty. */
  reader(column: string): (text: string) => Value
  /** What an empty field is. Undefined leaves it out of an object. */
  readonly empty: null | undefined
  /** The most bytes of rows for each byte of the largest file. Deflate could reach a thousandth. */
  readonly unpackedPerPacked: number
  /** Whether a row belongs to the file instead of its contents. Such a row isn't passed on, and each file has one. */
  isFrame?(columns: readonly string[]): (fields: readonly string[]) => boolean
  /** What a row of the file's own adds to the last line. */
  readFrame?(columns: readonly string[], fields: readonly string[]): Readonly<Record<string, string>>
}

/**
 * Reports have the wanted columns, and nothing but rows; they're packed to a tenth or so. A bulk file has a column for each
 * field of all types of records, some 600, so most of it is commas; it's packed to a thirtieth at least.
 */
export const fileKinds: Readonly<Record<DownloadService, FileKind>> = {
  reporting: { empty: null, unpackedPerPacked: 20, reader: readValue },
  bulk: { empty: undefined, unpackedPerPacked: 50, reader: readRecordValue, isFrame, readFrame },
}
