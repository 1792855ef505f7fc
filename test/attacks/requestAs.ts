import { type IncomingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** An answer, as it came. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * Sends a request with any header, also `Host`, which `fetch` doesn't send. Follows no redirect.
 * @param options default is a GET without headers.
 */
export function requestAs(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: options.method ?? 'GET', headers: options.headers, agent: false })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const { headers, statusCode: status = 0 } = answer
      text(answer).then((body) => resolve({ status, headers, body }), reject)
    })
    sent.end()
  })
}
