import type { HttpResponseInit } from '@azure/functions'
import type { ReceivedRequest } from './receiveRequest.ts'
import { guardHeaders } from './responses.ts'

/** Whether a request doesn't come from a person: a HEAD request, or a browser's prefetch (`Sec-Purpose`, `Purpose`). */
export function isPrefetch(request: Pick<ReceivedRequest, 'method' | 'headers'>): boolean {
  if (request.method === 'HEAD') return true
  const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? ''
  return /prefetch|prerender/.test(purpose)
}

/** The answer to a prefetch if a regular answer would spend something: nothing. */
export const prefetchResponse: HttpResponseInit = { status: 204, headers: guardHeaders }
