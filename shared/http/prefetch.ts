import type { HttpResponseInit } from '@azure/functions'
import type { ReceivedRequest } from './receiveRequest.ts'
import { guardHeaders } from './responses.ts'

/** How browsers and programs name a request ahead of time: today's header, and earlier ones of Safari and Firefox. */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz']

/**
 * Whether no person opens this page with the request: a HEAD request, a prefetch or preview, or a browser's request for
 * anything other than a page of its own, such as a frame or an image (`Sec-Fetch-Dest`, Fetch Metadata). Older browsers
 * don't send that header.
 */
export function isPrefetch({ headers, method }: Pick<ReceivedRequest, 'method' | 'headers'>): boolean {
  if (method === 'HEAD') return true
  const destination = headers.get('sec-fetch-dest')?.toLowerCase() ?? 'document'
  if (destination !== 'document') return true
  return purposeHeaders.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? ''))
}

/** The answer to a prefetch if a regular answer would spend something: nothing. */
export const prefetchResponse: HttpResponseInit = { status: 204, headers: guardHeaders }
