import type { Injection } from '../injections.ts'
import type { LoggedRequest } from '../request-log.ts'
import type { Downloads, ReadyFile } from './downloads.ts'

/** How a download goes wrong; see the kinds in injections.ts. */
export type DownloadFault = Pick<Injection, 'kind' | 'atByte'>

/** One answer to a download. */
export interface Serving {
  readonly fault: DownloadFault | undefined
  readonly cut: () => void
  readonly entry: Pick<LoggedRequest, 'sent'>
}

const pieceBytes = 65_536

/**
 * Answers a download, and notes how much of it is read: 200 with `Content-Length`, 403 for an address that is over, and 404 for one that never was, both in
 * Azure Storage's form, which is an assumption.
 * @param serving `cut` closes the caller's connection.
 */
export function serveDownload(downloads: Downloads, url: URL, { fault, cut, entry }: Serving): Response {
  if (fault?.kind === 'redirect') return new Response(null, { status: 302, headers: { location: url.href } })
  const file = downloads.find(url.searchParams.get('id') ?? '')
  if (file === 'expired') return storageError(403, 'AuthenticationFailed', 'Signed expiry time has passed.')
  if (file === 'unknown') return storageError(404, 'BlobNotFound', 'The specified blob does not exist.')
  const { size } = file.spool
  const at = Math.min(fault?.atByte ?? size, size)
  const length = fault?.kind === 'shortFile' ? at : size
  const headers = new Headers({ 'content-type': file.contentType, 'content-length': String(length) })
  if (fault?.kind === 'withoutLength') headers.delete('content-length')
  const end = fault?.kind === 'cutFile' || fault?.kind === 'stallFile' ? at : length
  const flipped = fault?.kind === 'corruptFile' ? at : -1
  entry.sent = { bytes: 0, ofBytes: size }
  return new Response(stream(file, { end, flipped, fault, cut, sent: entry.sent }), { headers })
}

interface Sending {
  readonly end: number
  /** The byte that is sent inverted; -1 for none. */
  readonly flipped: number
  readonly fault: DownloadFault | undefined
  readonly cut: () => void
  readonly sent: { bytes: number }
}

function stream(
  { spool }: ReadyFile,
  { end, flipped, fault, cut, sent }: Sending,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      pull: (controller) => {
        const at = sent.bytes
        if (at < end) {
          const bytes = spool.read(at, Math.min(pieceBytes, end - at))
          if (flipped >= at && flipped < at + bytes.length) bytes[flipped - at]! ^= 0xff
          sent.bytes += bytes.length
          return controller.enqueue(bytes)
        }
        if (fault?.kind === 'cutFile') return cut()
        if (fault?.kind === 'stallFile') return new Promise<void>(() => {})
        return controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

function storageError(status: number, code: string, message: string): Response {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return new Response(body, { status, headers: { 'content-type': 'application/xml' } })
}
