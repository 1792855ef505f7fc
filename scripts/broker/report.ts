import type { Ask } from '../../local/ask.ts'
import type { Clock } from '../../shared/clock.ts'
import { BrokenFileError } from '../../shared/downloads/brokenFile.ts'
import { fileKinds } from '../../shared/downloads/fileKinds.ts'
import { rowFormats } from '../../shared/downloads/rowFormats.ts'
import { toAnswer } from '../callBroker.ts'
import { UsageError } from '../commandLine.ts'
import { createTenantApi, type TenantApi } from './api.ts'
import { RefusedError } from './refusal.ts'
import { BrokenOffError } from './report/brokenOff.ts'
import { type Followed, followDownload, type StartedDownload } from './report/followDownload.ts'
import { type Output, openOutput } from './report/openOutput.ts'
import { createReportProgress, type ReportProgress } from './report/progress.ts'
import { type RowsEnd, readEnd } from './report/readEnd.ts'
import { type DownloadRequest, requestOf } from './report/requestOf.ts'
import { type AddressedFile, unpackAddress } from './report/unpackAddress.ts'
import { whenStopped } from './report/whenStopped.ts'
import { withoutEnd } from './report/withoutEnd.ts'
import { type Arguments, textOf, type Verb } from './verb.ts'

/** Dependencies of the verb. */
export interface ReportDependencies {
  /** Undefined where there is no person. */
  readonly ask: Ask | undefined
  readonly clock: Clock
}

type FormatName = keyof typeof rowFormats

/**
 * `report CampaignPerformance`: requests a report, or entities with `--entities`, waits for it, and writes its rows to a file or to standard output. A
 * file appears only when it's whole.
 * @returns 0 if all rows are written; 1 if they break off, after saying why.
 */
export function createReport({ ask, clock }: ReportDependencies): Verb {
  return async (given) => {
    const api = createTenantApi(given)
    const format = formatOf(given)
    const request = await requestOf(given, ask)
    let progress: ReportProgress | undefined
    const goOn = whenStopped(() => progress?.stop())
    try {
      const output = await openOutput(textOf(given.values.output))
      progress = createReportProgress(request.report?.type ?? 'Entities')
      const end = await download({ api, clock, format, request }, { output, progress })
      if (end) showEnd(given, output, end)
      return end ? 0 : 1
    } finally {
      goOn()
    }
  }
}

/** What is downloaded, and how. */
interface Wanted {
  readonly api: TenantApi
  readonly clock: Clock
  readonly format: FormatName
  readonly request: DownloadRequest
}

/** @returns undefined if the rows break off, after saying why. */
async function download(
  { api, clock, format, request }: Wanted,
  { output, progress }: { readonly output: Output; readonly progress: ReportProgress },
): Promise<RowsEnd | undefined> {
  try {
    const started = await start(api, request)
    const accept = rowFormats[format].mediaType
    const following = { send: api.send, clock, accept, onWait: progress.waiting }
    const kind = fileKinds[request.entities ? 'bulk' : 'reporting']
    const followed = await followDownload(following, started)
    const onBytes = progress.downloaded
    const rows = rowsOf(followed, { kind, format: rowFormats[format], onBytes })
    const end = await writeAll(withCause(rows, format), output, progress)
    await output.finish()
    progress.stop()
    return end
  } catch (error) {
    progress.stop()
    output.discard()
    sayBroken(error)
    return undefined
  }
}

/** Default is that of the file's name, otherwise NDJSON. @throws UsageError */
function formatOf({ values: { format, output } }: Arguments): FormatName {
  const name = textOf(format) ?? (textOf(output)?.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson')
  if (Object.hasOwn(rowFormats, name)) return name as FormatName
  throw new UsageError('--format takes csv or ndjson.')
}

/** @throws RefusedError */
async function start({ send }: TenantApi, body: object): Promise<StartedDownload> {
  const answer = await toAnswer(await send('/downloads', { method: 'POST', body }))
  const { handle } = (answer.body ?? {}) as { handle?: string }
  if (answer.status !== 202 || !handle) throw new RefusedError(answer)
  return { handle, waitSeconds: answer.retryAfterSeconds ?? 0 }
}

function rowsOf(followed: Followed, reading: Omit<AddressedFile, 'url'>): AsyncIterable<Uint8Array> {
  return followed.status === 'rows' ? followed.body : unpackAddress({ ...reading, url: followed.url })
}

/** A connection that ends says nothing itself. */
async function* withCause(rows: AsyncIterable<Uint8Array>, format: FormatName): AsyncGenerator<Uint8Array> {
  try {
    yield* rows
  } catch (error) {
    if (error instanceof BrokenFileError || error instanceof BrokenOffError) throw error
    throw new BrokenOffError(
      `The answer broke off.${format === 'csv' ? ' As NDJSON, it says why: --format ndjson.' : ''}`,
    )
  }
}

async function writeAll(
  rows: AsyncIterable<Uint8Array>,
  output: Output,
  progress: ReportProgress,
): Promise<RowsEnd> {
  const lines = withoutEnd(rows)
  try {
    for (;;) {
      const next = await lines.next()
      if (next.done) return readEnd(next.value)
      await output.write(next.value)
      progress.received(next.value)
    }
  } finally {
    await lines.return([])
  }
}

function showEnd({ values: { json } }: Arguments, { file }: Output, end: RowsEnd): void {
  if (json && file !== undefined) console.log(JSON.stringify({ file, ...end }))
  else console.error(`${end.rows.toLocaleString('en')} rows${file === undefined ? '' : ` in ${file}`}.`)
  if (end.syncTime) console.error(`For what changes from here on: --changed-since ${end.syncTime}`)
}

function sayBroken(error: unknown): void {
  const isBroken = error instanceof BrokenFileError || error instanceof BrokenOffError
  const hasLeft = (error as NodeJS.ErrnoException).code === 'EPIPE'
  if (!isBroken && !hasLeft) throw error
  if (isBroken) console.error(`${error.message} The rows aren’t whole.`)
}
