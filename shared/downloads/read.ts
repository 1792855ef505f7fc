import * as z from 'zod'
import { ClientLeftError } from '../domain/clientLeft.ts'
import type { TenantName } from '../domain/tenant.ts'
import { withEnd } from '../passthrough/withEnd.ts'
import { Problem } from '../problems.ts'
import { toFileProblem } from './brokenFile.ts'
import { type OpenedTable, openDownload, type ReadDependencies } from './openDownload.ts'
import type { RowFormat } from './rowFormats.ts'
import { writeRows } from './writeRows.ts'

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
  /** Aborts when the reader leaves, also before the answer begins. */
  readonly left: AbortSignal
}

/** Asks Microsoft for a download, and opens its rows if they're there. @throws Problem, or ClientLeftError. */
export async function readDownload(
  dependencies: ReadDependencies,
  name: TenantName,
  { handle, app, output, left }: WantedDownload,
): Promise<ReadDownload> {
  const opened = await openDownload(dependencies, name, { handle, app, left })
  return opened.status === 'table' ? { status: 'rows', body: await rowsOf(opened, output, left) } : opened
}

/** The first piece is read before the answer begins, so that a small file that is broken is a problem like others. */
async function rowsOf(
  { table, kind, close }: OpenedTable,
  output: RowOutput,
  left: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const pieces = writeRows(table, output.format, kind)
  const first = await pieces.next().catch((error) => {
    close()
    throw left.aborted ? new ClientLeftError() : toFileProblem(error)
  })
  return withEnd(joined(first, pieces, output), () => {
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
    const problem = toFileProblem(error)
    if (!(problem instanceof Problem) || !format.problem) throw error
    yield Buffer.from(format.problem(describe(problem)))
  }
}
