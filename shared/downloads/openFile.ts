import { serviceUrl } from '../advertising/services.ts'
import type { Config, EnvironmentConfig } from '../config.ts'
import type { SendUpstream, UpstreamResponse } from '../passthrough/send.ts'
import { Problem } from '../problems.ts'
import { BrokenFileError } from './brokenFile.ts'
import type { DownloadService } from './fileKinds.ts'

/** Dependencies of opening a file. */
export interface OpenFileDependencies {
  readonly send: SendUpstream
  readonly config: Pick<Config, 'downloads'>
  readonly environment: Pick<EnvironmentConfig, 'advertisingUrl'>
}

/** A file that arrives, until it's closed, or why it's left to the app. */
export type OpenedFile =
  | { readonly ok: true; readonly chunks: AsyncIterable<Uint8Array>; readonly close: () => void }
  | { readonly ok: false; readonly because: 'too_large' | 'host_not_listed' | 'length_unknown' }

/** Storage answers in a second or not at all. */
const headersSeconds = 30

/**
 * Opens Microsoft's address of a file. It needs no credentials, gets none, and no redirect is followed.
 * @throws Problem `download_failed` if there is no file, for example because the address has expired.
 */
export async function openFile(dependencies: OpenFileDependencies, address: string): Promise<OpenedFile> {
  const url = URL.parse(address)
  if (!url) throw unavailable('file_unavailable')
  if (!isListed(dependencies, url)) return { ok: false, because: 'host_not_listed' }
  const { status, headers, body } = await get(dependencies.send, url)
  if (status !== 200) {
    body.destroy()
    throw unavailable(status === 403 || status === 404 ? 'address_expired' : 'file_unavailable')
  }
  const bytes = headers.get('content-length')
  const isTooLarge = Number(bytes) > dependencies.config.downloads.largestBytes
  if (bytes !== null && !isTooLarge)
    return { ok: true, chunks: chunksOf(body), close: () => void body.destroy() }
  body.destroy()
  return { ok: false, because: isTooLarge ? 'too_large' : 'length_unknown' }
}

/** The address comes from Microsoft's own answer; all the same, nothing but Microsoft's hosts is read. */
function isListed({ config, environment }: OpenFileDependencies, { origin, host, protocol }: URL): boolean {
  const isService = (service: DownloadService) => origin === new URL(serviceUrl(environment, service)).origin
  if (isService('reporting') || isService('bulk')) return true
  return protocol === 'https:' && config.downloads.hosts.includes(host)
}

async function get(send: SendUpstream, url: URL): Promise<UpstreamResponse> {
  const signal = AbortSignal.timeout(headersSeconds * 1000)
  return send({ url, method: 'GET', headers: {}, body: undefined, signal }).catch(() => {
    throw unavailable('file_unavailable')
  })
}

function unavailable(reason: string): Problem {
  return new Problem('download_failed', { retryAfterSeconds: 5, members: { reason } })
}

async function* chunksOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    throw new BrokenFileError('breaks off')
  }
}
