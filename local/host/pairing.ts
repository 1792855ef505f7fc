import { type IncomingMessage, maxHeaderSize, type Server } from 'node:http'

/** Bytes that the forwarder adds to a head (addresses, protocol, host, and invocation); an estimate. */
const forwarderBytes = 200

/**
 * Why a request that the host accepted never reaches the worker's server; undefined if it does.
 * The forwarder's client sends no header value with bytes beyond ASCII; Node's server accepts no control
 * bytes, no more than 16 KiB of head by default (`--max-http-header-size`), and no expectation except
 * `100-continue` unless it listens for others. The invocation waits for such a request until it times out or the app
 * gives up.
 */
export function pairingObstacle(request: IncomingMessage, server: Server): string | undefined {
  const { rawHeaders, headers, url = '' } = request
  if (rawHeaders.some((text) => /[\x80-\xff]/.test(text))) return 'a header is not ASCII'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what Node's parser refuses
  if (rawHeaders.some((text) => /[\x01-\x08\x0a-\x1f\x7f]/.test(text))) return 'a header has a control byte'
  const expectation = headers.expect?.toLowerCase() ?? '100-continue'
  if (expectation !== '100-continue' && server.listenerCount('checkExpectation') === 0) {
    return 'it expects something other than 100-continue'
  }
  const { maxHeaderSize: most = maxHeaderSize } = server as { maxHeaderSize?: number }
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length, url.length + forwarderBytes)
  return bytes >= most ? `its head is over ${most} bytes` : undefined
}
