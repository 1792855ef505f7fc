import { BrokenFileError } from '../../../shared/downloads/brokenFile.ts'
import type { FileKind } from '../../../shared/downloads/fileKinds.ts'
import { readTable } from '../../../shared/downloads/readTable.ts'
import type { RowFormat } from '../../../shared/downloads/rowFormats.ts'
import { writeRows } from '../../../shared/downloads/writeRows.ts'
import { isLoopbackUrl } from '../../../shared/settings/urls.ts'
import { BrokenOffError } from './brokenOff.ts'

/** A file of Microsoft's, and how its rows are written. */
export interface AddressedFile {
  readonly url: string
  readonly format: RowFormat
  readonly kind: FileKind
  /** Is told of each piece of the archive, and of its size, if the storage says it. */
  readonly onBytes: (bytes: number, ofBytes: number | undefined) => void
}

/**
 * Downloads Microsoft's file and writes its rows as the broker would. Sends no credentials, and follows no redirect.
 * @throws BrokenFileError or BrokenOffError
 */
export async function* unpackAddress({
  url,
  format,
  kind,
  onBytes,
}: AddressedFile): AsyncGenerator<Uint8Array> {
  if (!url.startsWith('https://') && !isLoopbackUrl(url))
    throw new BrokenOffError('Microsoft’s address of the file has no TLS.')
  const answer = await fetch(url, { redirect: 'error' }).catch(() => undefined)
  if (!answer?.ok || !answer.body)
    throw new BrokenOffError(`Microsoft’s storage ${answer ? `answered ${answer.status}` : 'didn’t answer'}.`)
  const length = answer.headers.get('content-length')
  const chunks = countBytes(answer.body, (bytes) =>
    onBytes(bytes, length === null ? undefined : Number(length)),
  )
  yield* writeRows(readTable({ chunks, kind, mostBytes: Number.POSITIVE_INFINITY }), format, kind)
}

async function* countBytes(
  body: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      count(chunk.byteLength)
      yield chunk
    }
  } catch {
    throw new BrokenFileError('breaks off')
  }
}
