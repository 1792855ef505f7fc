import { downloadBody } from '../shared/downloads/downloadRequest.ts'
import { pendingDownload, startDownload } from '../shared/downloads/start.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { createUpstreamSender } from '../shared/passthrough/send.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { withUsageRecording } from '../shared/vend/usageRecording.ts'

const send = createUpstreamSender()

/** `POST /v1/tenants/{tenant}/downloads`: requests a report or entities, whose rows can then be read. */
route('downloads', 'v1/tenants/{tenant}/downloads', {
  POST: operation({
    id: 'startDownload',
    tag: 'downloads',
    summary: 'Request a report or entities as rows',
    role: 'Tokens.Vend',
    body: downloadBody,
    limit: 'downloadsPerMinute',
    response: {
      status: 202,
      description: 'The handle with which to read the rows, after `Retry-After`.',
      schema: pendingDownload,
      headers: ['Retry-After'],
    },
    problems: [
      ...vendProblems,
      'report_not_complete',
      'report_refused',
      'entities_refused',
      'full_download_required',
      'download_not_found',
      'advertising_unavailable',
    ],
    handle: async ({ broker, caller, tenant, body }) => {
      const vend = withUsageRecording(broker, caller.app)
      const begun = await startDownload({ ...broker, vend, send }, tenant, body)
      const headers = { 'Retry-After': String(begun.retryAfterSeconds) }
      return jsonResponse({ status: 'pending', handle: begun.handle }, 202, headers)
    },
  }),
})
