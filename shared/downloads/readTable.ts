import { BrokenFileError } from './brokenFile.ts'
import { readCsv } from './csv.ts'
import type { FileKind } from './fileKinds.ts'
import { readText } from './text.ts'
import { readZip } from './zip.ts'

/** A packed file of CSV. */
export interface PackedTable {
  readonly chunks: AsyncIterable<Uint8Array>
  readonly kind: FileKind
  /** The most bytes of the unpacked file. */
  readonly mostBytes: number
}

/**
 * Reads the columns' names, then the fields of each row.
 * @throws BrokenFileError, also for a file without what each one of its kind has: an empty file isn't one without data.
 */
export async function* readTable({
  chunks,
  kind,
  mostBytes,
}: PackedTable): AsyncGenerator<readonly string[]> {
  let isFrame: ((fields: readonly string[]) => boolean) | undefined
  let [hasNames, hasFrame] = [false, false]
  for await (const fields of readCsv(readText(readZip(chunks, mostBytes)))) {
    if (!hasNames) isFrame = kind.isFrame?.(fields)
    else if (isFrame && !hasFrame) hasFrame = isFrame(fields)
    hasNames = true
    yield fields
  }
  if (!hasNames) throw new BrokenFileError('is empty')
  if (isFrame && !hasFrame) throw new BrokenFileError('lacks the records that begin every such file')
}
