import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Kestrel's `MaxRequestHeaderCount` and `MaxRequestHeadersTotalSize`. */
const maxHeaderCount = 100
const maxHeaderBytes = 32_768

/**
 * Creates a server that accepts the same requests as Kestrel, the web server of the Functions host.
 * Node's parser is stricter, so it's relaxed here, and {@link refusalOf} refuses what Kestrel refuses. Requests that
 * Node's parser still refuses are answered by {@link statusOf}.
 */
export function createHostServer(listener: RequestListener): Server {
  const server = createServer({ insecureHTTPParser: true, maxHeaderSize: 2 * maxHeaderBytes }, listener)
  server.maxHeadersCount = 0
  // Kestrel leaves any expectation but `100-continue` to the app.
  server.on('checkExpectation', listener)
  server.on('clientError', answerParseError)
  return server
}

function answerParseError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = statusOf(error)
  socket.end(`HTTP/1.1 ${status} \r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** A method that is unknown to Node matches no function, like any unregistered one. */
function statusOf({ code }: NodeJS.ErrnoException): number {
  if (code === 'HPE_INVALID_METHOD') return 404
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

/**
 * The status with which Kestrel refuses a request before routing; undefined if it doesn't. It refuses more than
 * 100 headers or 32 KiB of them, a NUL or bytes that aren't UTF-8 in one, no or several hosts, or an invalid host
 * (aspnetcore `Http1Connection.EnsureHostHeaderExists`, `HttpUtilities.ValidateHostHeader`).
 */
export function refusalOf(request: IncomingMessage): 400 | 431 | undefined {
  const { rawHeaders } = request
  if (rawHeaders.length / 2 > maxHeaderCount) return 431
  if (rawHeaders.reduce((bytes, text) => bytes + text.length + 2, 0) > maxHeaderBytes) return 431
  if (rawHeaders.some((text) => text.includes('\0') || !isUtf8(text))) return 400
  const hosts = rawHeaders.filter(
    (_, index) => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1,
  )
  return hosts.length > 1 || hosts.some((host) => !isHost(host, request.url)) ? 400 : undefined
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Whether a text that was read as Latin-1 was UTF-8. */
function isUtf8(text: string): boolean {
  if (!/[\x80-\xff]/.test(text)) return true
  try {
    strict.decode(Buffer.from(text, 'latin1'))
    return true
  } catch {
    return false
  }
}

const hostPattern = /^(?:[A-Za-z0-9!$&'()\-._~]+|\[[0-9A-Fa-f:.]+\])?(?::\d*)?$/

/** An absolute-form target must name the same host. */
function isHost(host: string, target = ''): boolean {
  const authority = /^https?:\/\/([^/?]*)/i.exec(target)?.[1]
  if (authority !== undefined && withoutPort80(authority) !== withoutPort80(host)) return false
  return hostPattern.test(host)
}

const withoutPort80 = (host: string) => host.toLowerCase().replace(/:80$/, '')
