import type { HttpResponseInit } from '@azure/functions'
import { openDownloads } from '../downloads/openDownloads.ts'
import { pendingDownload } from '../downloads/start.ts'
import { createUpstreamSender } from '../passthrough/send.ts'
import { unifiedObjects } from '../unified/objectSchema.ts'
import type { UnifiedPage } from '../unified/page.ts'
import { readObjects } from '../unified/readObjects.ts'
import { startObjects, type UnifiedFile } from '../unified/startObjects.ts'
import { vendProblems } from '../vend/problems.ts'
import { withUsageRecording } from '../vend/usageRecording.ts'
import type { HandledRequest } from './checkRequest.ts'
import { whenLeft } from './leaving.ts'
import { jsonResponse } from './responses.ts'

/** What the lists that are read from a file have in common. */
export const unifiedAnswers = {
  tag: 'unified',
  role: 'Tokens.Vend',
  limit: 'downloadsPerMinute',
  response: {
    status: 200,
    description: 'One page. A page with fewer than `limit` objects is the last one.',
    schema: unifiedObjects,
  },
  otherResponses: [
    {
      status: 202,
      description: 'Microsoft is making the file. Send a `GET` to `Location` after `Retry-After`.',
      schema: pendingDownload,
      headers: ['Retry-After', 'Location'],
    },
  ],
  problems: [
    ...vendProblems,
    'download_not_found',
    'report_refused',
    'entities_refused',
    'full_download_required',
    'download_failed',
    'advertising_unavailable',
  ],
} as const

const send = createUpstreamSender()

/** Answers with a page of a file's objects, or with where it will be. @throws Problem */
export async function answerObjects(
  {
    broker,
    caller,
    tenant,
    query,
    raw,
  }: HandledRequest<unknown, { readonly handle?: string | undefined }, unknown>,
  file: UnifiedFile,
  page: UnifiedPage,
): Promise<HttpResponseInit> {
  const { app } = caller
  const dependencies = { ...broker, vend: withUsageRecording(broker, app), send, openDownloads }
  const pendingAt = (handle: string, { retryAfterSeconds, percent }: Pending) => {
    const at = new URL(`${broker.config.publicUrl}/v1/tenants/${tenant.tenant}/unified/${file.kind}`)
    at.search = new URL(raw.url).search
    at.searchParams.set('handle', handle)
    const headers = { 'Retry-After': String(retryAfterSeconds), Location: at.href }
    return jsonResponse({ status: 'pending', handle, percent }, 202, headers)
  }
  if (!query.handle) {
    const begun = await startObjects(dependencies, tenant, file)
    return pendingAt(begun.handle, begun)
  }
  const left = whenLeft(raw.answer)
  const read = await readObjects(dependencies, tenant, { handle: query.handle, app, file, page, left })
  return read.status === 'pending' ? pendingAt(query.handle, read) : jsonResponse(read.objects)
}

/** When to ask again, and how far Microsoft is. */
interface Pending {
  readonly retryAfterSeconds: number
  readonly percent?: number | undefined
}
