import type { HttpResponseInit } from '@azure/functions'
import { guardHeaders } from './answers.ts'
import type { ReceivedRequest } from './received.ts'

/** Whether a request doesn't come from a person: a HEAD request, or a browser's prefetch (`Sec-Purpose`, `Purpose`). */
export function isPrefetch(request: Pick<ReceivedRequest, 'method' | 'headers'>): boolean {
  if (request.method === 'HEAD') return true
  const purpose = request.headers.get('sec-purpose') ?? request.headers.get('purpose') ?? ''
  return /prefetch|prerender/.test(purpose)
}

/** The answer to a prefetch if a regular answer would spend something: nothing. */
export const nothingSpent: HttpResponseInit = { status: 204, headers: guardHeaders }
