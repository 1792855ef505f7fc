import type { HttpResponseInit } from '@azure/functions'
import type { ReceivedRequest } from './receiveRequest.ts'
import { guardHeaders } from './responses.ts'

/** Whether it is no person who asks: a HEAD request, or a browser that looks ahead (`Sec-Purpose`, `Purpose`). */
export function isPrefetch(request: Pick<ReceivedRequest, 'method' | 'headers'>): boolean {
  if (request.method === 'HEAD') return true
  const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? ''
  return /prefetch|prerender/.test(purpose)
}

/** What a look ahead gets where an answer would spend something: nothing. */
export const prefetchResponse: HttpResponseInit = { status: 204, headers: guardHeaders }
