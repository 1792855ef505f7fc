import { isFrame, readFrame, readRecordValue } from './records.ts'
import { readValue, type Value } from './values.ts'

/** The services that make files. */
export type DownloadService = 'reporting' | 'bulk'

/** What a service's files are like. */
export interface FileKind {
  /** Reads the fields of a column. Undefined leaves a field out of an object. */
  reader(column: string): (text: string) => Value | undefined
  /** Whether a row belongs to the file instead of its contents. Such a row isn't passed on. */
  isFrame?(columns: readonly string[]): (fields: readonly string[]) => boolean
  /** What a row of the file's own adds to the last line. */
  readFrame?(columns: readonly string[], fields: readonly string[]): Readonly<Record<string, string>>
}

/** Reports have the wanted columns, and nothing but rows. A bulk file has a column for each field of all types of records. */
export const fileKinds: Readonly<Record<DownloadService, FileKind>> = {
  reporting: { reader: (column) => (text) => readValue(column, text) },
  bulk: { reader: readRecordValue, isFrame, readFrame },
}
