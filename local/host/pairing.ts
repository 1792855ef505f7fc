import { type IncomingMessage, maxHeaderSize } from 'node:http'

/** What the forwarder adds to a head: addresses, protocol, host and invocation, in bytes; an estimate. */
const forwarderBytes = 200

/**
 * Why the worker would never get to know a request that the host let in; undefined if it would.
 * The forwarder's client sends no header value with bytes beyond ASCII; the host adds `x-ms-invocation-id` only where
 * there is none (azure-functions-host `DefaultHttpProxyService`, `TryAdd`); the server inside the worker is Node's,
 * with 16 KiB for a head unless `--max-http-header-size` says otherwise, no expectation but `100-continue`, and no
 * control bytes. The invocation waits for such a request until `functionTimeout`.
 */
export function pairingObstacle(request: IncomingMessage): string | undefined {
  const { rawHeaders, headers, url = '' } = request
  if (headers['x-ms-invocation-id'] !== undefined) return 'the caller sent x-ms-invocation-id itself'
  if (rawHeaders.some((text) => /[\x80-\xff]/.test(text))) return 'a header is not ASCII'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what Node's parser refuses
  if (rawHeaders.some((text) => /[\x01-\x08\x0a-\x1f\x7f]/.test(text))) return 'a header has a control byte'
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') {
    return 'it expects something other than 100-continue'
  }
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length, url.length + forwarderBytes)
  return bytes >= maxHeaderSize ? `its head is over Node's ${maxHeaderSize} bytes` : undefined
}
