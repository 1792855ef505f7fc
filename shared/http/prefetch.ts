import type { HttpResponseInit } from '@azure/functions'
import { guardHeaders } from './answers.ts'
import type { ReceivedRequest } from './received.ts'

/** Whether it is no person who asks: a HEAD request, or a browser that looks ahead (`Sec-Purpose`, `Purpose`). */
export function isPrefetch(request: Pick<ReceivedRequest, 'method' | 'headers'>): boolean {
  if (request.method === 'HEAD') return true
  const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? ''
  return /prefetch|prerender/.test(purpose)
}

/** What a look ahead gets where an answer would spend something: nothing. */
export const nothingSpent: HttpResponseInit = { status: 204, headers: guardHeaders }
