import { ReadableStream } from 'node:stream/web'
import * as z from 'zod'
import { openDownloads } from '../shared/downloads/openDownloads.ts'
import { downloadAddress, readDownload } from '../shared/downloads/read.ts'
import { type RowFormat, rowFormats } from '../shared/downloads/rowFormats.ts'
import { pendingDownload } from '../shared/downloads/start.ts'
import { chooseMediaType } from '../shared/http/accept.ts'
import { whenLeft } from '../shared/http/leaving.ts'
import { jsonResponse, problemDocument, withGuardHeaders } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { createUpstreamSender } from '../shared/passthrough/send.ts'
import { Problem } from '../shared/problems.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { withUsageRecording } from '../shared/vend/usageRecording.ts'

const send = createUpstreamSender()

/** Sorted by preference. */
const formats: readonly RowFormat[] = [rowFormats.ndjson, rowFormats.csv]
const contentTypeOf = ({ mediaType }: RowFormat) => `${mediaType}; charset=utf-8`

/** @throws Problem `not_acceptable` */
function formatFor(accept: string | null): RowFormat {
  const chosen = chooseMediaType(accept, formats.map(contentTypeOf))
  const format = formats.find((each) => contentTypeOf(each) === chosen)
  if (format) return format
  const types = formats.map(({ mediaType }) => mediaType).join(' or ')
  throw new Problem('not_acceptable', { detail: `Rows are ${types}.` })
}

/** `GET /v1/tenants/{tenant}/downloads/{handle}`: the rows of a report or of entities, once Microsoft has made them. */
route('download', 'v1/tenants/{tenant}/downloads/{handle}', {
  GET: operation({
    id: 'getDownload',
    tag: 'downloads',
    summary: 'Read the rows of a download',
    role: 'Tokens.Vend',
    params: z.object({ handle: z.string().max(2000).describe('The `handle` of the started download.') }),
    limit: 'downloadsPerMinute',
    response: {
      status: 200,
      description:
        'The rows as NDJSON, or as CSV if `Accept` prefers `text/csv`. The last line has the number of rows (`_end`), and for entities the `syncTime` for the next download; if it’s missing, the answer is incomplete. If the broker doesn’t read the file, the answer is JSON with Microsoft’s own address.',
      schema: downloadAddress,
      content: 'rows',
    },
    otherResponses: [
      {
        status: 202,
        description: 'Microsoft is still making the file. Ask again after `Retry-After`.',
        schema: pendingDownload,
        headers: ['Retry-After'],
      },
    ],
    problems: [
      ...vendProblems,
      'download_not_found',
      'not_acceptable',
      'report_not_complete',
      'report_refused',
      'entities_refused',
      'full_download_required',
      'download_failed',
      'advertising_unavailable',
    ],
    handle: async ({ broker, caller, tenant, params: { handle }, raw }) => {
      const vend = withUsageRecording(broker, caller.app)
      const format = formatFor(raw.headers.get('accept'))
      const describe = (problem: Parameters<typeof problemDocument>[0]) =>
        problemDocument(problem, raw.requestId ?? '')
      const download = await readDownload({ ...broker, vend, send, openDownloads }, tenant, {
        handle,
        app: caller.app,
        output: { format, describe },
        left: whenLeft(raw.answer),
      })
      if (download.status === 'address') return jsonResponse(download)
      if (download.status === 'pending') {
        const { percent, retryAfterSeconds } = download
        const pending = { status: 'pending', handle, ...(percent !== undefined && { percent }) }
        return jsonResponse(pending, 202, { 'Retry-After': String(retryAfterSeconds) })
      }
      return {
        status: 200,
        headers: withGuardHeaders({ 'Content-Type': contentTypeOf(format) }),
        body: ReadableStream.from(download.body),
      }
    },
  }),
})
