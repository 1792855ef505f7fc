import { downloadBody } from '../shared/downloads/reportRequest.ts'
import { pendingDownload, startDownload } from '../shared/downloads/start.ts'
import { firstWaitSeconds } from '../shared/downloads/waitSeconds.ts'
import { jsonResponse } from '../shared/http/responses.ts'
import { operation, route } from '../shared/http/route.ts'
import { createUpstreamSender } from '../shared/passthrough/send.ts'
import { vendProblems } from '../shared/vend/problems.ts'
import { withUsageRecording } from '../shared/vend/usageRecording.ts'

const send = createUpstreamSender()

/** `POST /v1/tenants/{tenant}/downloads`: requests a report, whose rows can then be read. */
route('downloads', 'v1/tenants/{tenant}/downloads', {
  POST: operation({
    id: 'startDownload',
    tag: 'downloads',
    summary: 'Request a report as rows',
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
      'download_not_found',
      'advertising_unavailable',
    ],
    handle: async ({ broker, caller, tenant, body }) => {
      const vend = withUsageRecording(broker, caller.app)
      const started = await startDownload({ ...broker, vend, send }, tenant, body)
      return jsonResponse(started, 202, { 'Retry-After': String(firstWaitSeconds) })
    },
  }),
})
