import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { PartlyReadBody } from './readBeginning.ts'
import type { UpstreamResponse } from './send.ts'

/** The part of a failed answer that is read to explain it. */
export interface FailureText extends Pick<UpstreamResponse, 'status' | 'headers'> {
  /** Empty if the body is larger than a fault or can't be decoded. */
  readonly text: string
  readonly body: PartlyReadBody
}

/** Far larger than any fault of the API; a larger body is passed through unread. */
export const maxFaultBytes = 65_536

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  '': (body) => body,
  identity: (body) => body,
  gzip: (body) => gunzipSync(body, { maxOutputLength: maxFaultBytes * 4 }),
  deflate: (body) => inflateSync(body, { maxOutputLength: maxFaultBytes * 4 }),
  br: (body) => brotliDecompressSync(body, { maxOutputLength: maxFaultBytes * 4 }),
}

/** Decodes the beginning of a failed answer's body; never throws. */
export function decodeFailureText(
  answered: Pick<UpstreamResponse, 'status' | 'headers'>,
  body: PartlyReadBody,
): FailureText {
  const { status, headers } = answered
  const decode = decoders[headers.get('content-encoding')?.toLowerCase() ?? '']
  try {
    return { status, headers, body, text: body.isWhole && decode ? decode(body.beginning).toString() : '' }
  } catch {
    return { status, headers, body, text: '' }
  }
}
