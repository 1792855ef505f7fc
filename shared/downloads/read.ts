import * as z from 'zod'
import type { TenantName } from '../domain/tenant.ts'
import { withEnd } from '../passthrough/withEnd.ts'
import { Problem } from '../problems.ts'
import { BrokenFileError } from './brokenFile.ts'
import { readUsableTenant } from './callService.ts'
import { readCsv } from './csv.ts'
import { type FileKind, fileKinds } from './fileKinds.ts'
import { openHandle } from './handle.ts'
import type { OpenDownloads } from './openDownloads.ts'
import { type OpenedFile, openFile } from './openFile.ts'
import { pollDownload } from './poll.ts'
import type { RowFormat } from './rowFormats.ts'
import type { DownloadDependencies } from './start.ts'
import { readText } from './text.ts'
import { waitSeconds } from './waitSeconds.ts'
import { writeRows } from './writeRows.ts'
import { readZip } from './zip.ts'

/** A download that is left to the app: its file is larger than the broker reads, or elsewhere. */
export const downloadAddress = z
  .object({
    status: z.literal('address').describe('The file is left to the app.'),
    reason: z.enum(['too_large', 'host_not_listed', 'length_unknown']),
    url: z
      .string()
      .describe('Microsoft’s address of the ZIP archive, for five minutes. It needs no credentials.'),
  })
  .meta({ id: 'DownloadAddress', description: 'Microsoft’s own address of a file.' })

/** How rows are written, and how a problem that is met on the way. */
export interface RowOutput {
  readonly format: RowFormat
  /** Its document. */
  readonly describe: (problem: Problem) => object
}

/** How far a download is. */
export type ReadDownload =
  | { readonly status: 'pending'; readonly retryAfterSeconds: number; readonly percent?: number | undefined }
  | z.infer<typeof downloadAddress>
  | { readonly status: 'rows'; readonly body: AsyncIterable<Uint8Array> }

/** A download that an app wants to read. */
export interface WantedDownload {
  readonly handle: string
  readonly app: string
  readonly output: RowOutput
}

/** Dependencies of reading downloads. */
export interface ReadDependencies extends DownloadDependencies {
  readonly openDownloads: OpenDownloads
}

/**
 * The most bytes of rows for each byte of the largest file: 2 GB by default. Reports are packed to a tenth or so; deflate
 * could reach a thousandth.
 */
const unpackedPerPacked = 20

/** Asks Microsoft for a download, and opens its rows if they're there. @throws Problem */
export async function readDownload(
  dependencies: ReadDependencies,
  name: TenantName,
  { handle, app, output }: WantedDownload,
): Promise<ReadDownload> {
  const tenant = await readUsableTenant(dependencies, name)
  const started = await openHandle(dependencies.sealer, tenant, handle)
  const polled = await pollDownload(dependencies, tenant, started)
  if (!polled.isReady) {
    const retryAfterSeconds = waitSeconds(dependencies.clock.now(), started)
    return { status: 'pending', retryAfterSeconds, percent: polled.percent }
  }
  const { url } = polled
  const kind = fileKinds[started.service]
  const environment = dependencies.config.environments.get(tenant.environment)
  if (!url || !environment) return { status: 'rows', body: writeRows([], output.format, kind) }
  const leave = dependencies.openDownloads.begin(app, dependencies.clock.now())
  try {
    const file = await openFile({ ...dependencies, environment }, url)
    if (file.ok) {
      const mostBytes = dependencies.config.downloads.largestBytes * unpackedPerPacked
      return { status: 'rows', body: await rowsOf(file, { kind, mostBytes, output, leave }) }
    }
    leave()
    return { status: 'address', reason: file.because, url }
  } catch (error) {
    leave()
    throw error
  }
}

/** What becomes of a file: its rows, and who is told of its end. */
interface Reading {
  readonly kind: FileKind
  readonly mostBytes: number
  readonly output: RowOutput
  readonly leave: () => void
}

/** The first piece is read before the answer begins, so that a small file that is broken is a problem like others. */
async function rowsOf(
  { chunks, close }: Extract<OpenedFile, { ok: true }>,
  { kind, mostBytes, output, leave }: Reading,
): Promise<AsyncIterable<Uint8Array>> {
  const pieces = writeRows(readCsv(readText(readZip(chunks, mostBytes))), output.format, kind)
  const first = await pieces.next().catch((error) => {
    throw explain(error)
  })
  return withEnd(joined(first, pieces, output), () => {
    leave()
    close()
    // Resolves once what waits for the closed file has failed.
    void pieces.return(undefined)
  })
}

async function* joined(
  first: IteratorResult<Uint8Array>,
  pieces: AsyncGenerator<Uint8Array>,
  { format, describe }: RowOutput,
): AsyncGenerator<Uint8Array> {
  try {
    if (!first.done) yield first.value
    yield* pieces
  } catch (error) {
    const problem = explain(error)
    if (!(problem instanceof Problem) || !format.problem) throw error
    yield Buffer.from(format.problem(describe(problem)))
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof BrokenFileError)) return error
  return new Problem('download_failed', { detail: error.message, members: { reason: 'file_broken' } })
}
