import { ClientLeftError } from '../domain/clientLeft.ts'
import type { TenantName } from '../domain/tenant.ts'
import { readUsableTenant } from './callService.ts'
import { readCsv } from './csv.ts'
import { type FileKind, fileKinds } from './fileKinds.ts'
import { openHandle } from './handle.ts'
import type { OpenDownloads } from './openDownloads.ts'
import { openFile } from './openFile.ts'
import { pollDownload } from './poll.ts'
import { readTable } from './readTable.ts'
import type { DownloadDependencies } from './start.ts'
import { waitSeconds } from './waitSeconds.ts'

/** Dependencies of reading downloads. */
export interface ReadDependencies extends DownloadDependencies {
  readonly openDownloads: OpenDownloads
}

/** A file as it arrives. */
export interface OpenedTable {
  readonly status: 'table'
  readonly accountId: string
  readonly kind: FileKind
  /** The columns' names, then the fields of each row; nothing for a report without data. */
  readonly table: AsyncGenerator<readonly string[]>
  /** To be called however reading ends, before what reads is told to return; can be called more than once. */
  readonly close: () => void
}

/** How far a download is. */
export type OpenedDownload =
  | { readonly status: 'pending'; readonly retryAfterSeconds: number; readonly percent?: number | undefined }
  | {
      readonly status: 'address'
      readonly reason: 'too_large' | 'host_not_listed' | 'length_unknown'
      readonly url: string
    }
  | OpenedTable

/** Which download to open for whom. */
export interface WantedFile {
  readonly handle: string
  readonly app: string
  /** Aborts when the reader leaves, also before the answer begins. */
  readonly left: AbortSignal
}

/** Asks Microsoft for a download, and opens its file if it's there. @throws Problem, or ClientLeftError. */
export async function openDownload(
  dependencies: ReadDependencies,
  name: TenantName,
  { handle, app, left }: WantedFile,
): Promise<OpenedDownload> {
  const { sealer, clock, config, openDownloads } = dependencies
  const tenant = await readUsableTenant(dependencies, name)
  const started = await openHandle(sealer, tenant, handle)
  const polled = await pollDownload(dependencies, tenant, started)
  if (!polled.isReady) {
    const retryAfterSeconds = waitSeconds(clock.now(), started)
    return { status: 'pending', retryAfterSeconds, percent: polled.percent }
  }
  const [{ url }, { accountId }] = [polled, started]
  const kind = fileKinds[started.service]
  const environment = config.environments.get(tenant.environment)
  if (!url || !environment)
    return { status: 'table', accountId, kind, table: readCsv([]), close: () => undefined }
  const leave = openDownloads.begin(app, clock.now())
  try {
    const file = await openFile({ ...dependencies, environment }, url, left)
    if (!file.ok) {
      leave()
      return { status: 'address', reason: file.because, url }
    }
    const close = () => {
      leave()
      file.close()
    }
    left.addEventListener('abort', file.close)
    if (left.aborted) file.close()
    const mostBytes = config.downloads.largestBytes * kind.unpackedPerPacked
    const table = readTable({ chunks: file.chunks, kind, mostBytes })
    return { status: 'table', accountId, kind, table, close }
  } catch (error) {
    leave()
    throw left.aborted ? new ClientLeftError() : error
  }
}
