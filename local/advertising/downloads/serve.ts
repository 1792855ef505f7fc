import type { Injection } from '../injections.ts'
import type { Downloads, ReadyFile } from './downloads.ts'

/** How a download goes wrong; see the kinds in injections.ts. */
export type DownloadFault = Pick<Injection, 'kind' | 'atByte'>

const pieceBytes = 65_536

/**
 * Answers a download: 200 with `Content-Length`, 403 for an address that is over, and 404 for one that never was, both in
 * Azure Storage's form, which is an assumption.
 * @param cut closes the caller's connection.
 */
export function serveDownload(
  downloads: Downloads,
  url: URL,
  { fault, cut }: { readonly fault: DownloadFault | undefined; readonly cut: () => void },
): Response {
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
  return new Response(stream(file, { end, flipped, fault, cut }), { headers })
}

interface Sending {
  readonly end: number
  /** The byte that is sent inverted; -1 for none. */
  readonly flipped: number
  readonly fault: DownloadFault | undefined
  readonly cut: () => void
}

function stream({ spool }: ReadyFile, { end, flipped, fault, cut }: Sending): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream(
    {
      pull: (controller) => {
        if (sent < end) {
          const bytes = spool.read(sent, Math.min(pieceBytes, end - sent))
          if (flipped >= sent && flipped < sent + bytes.length) bytes[flipped - sent]! ^= 0xff
          sent += bytes.length
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
