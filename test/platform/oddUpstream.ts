import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen, type RunningService } from '../../local/service.ts'

/** Answers that no HTTP library would send, by the last segment of a path below `_odd/`. */
const oddAnswers: Record<string, { bytes: string; after: 'end' | 'cut' | 'wait' }> = {
  status099: { bytes: 'HTTP/1.1 099 Odd\r\nContent-Length: 2\r\n\r\nok', after: 'end' },
  status600: { bytes: 'HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok', after: 'end' },
  status999: { bytes: 'HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok', after: 'end' },
  status299: { bytes: 'HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok', after: 'end' },
  status204: { bytes: 'HTTP/1.1 204 No Content\r\n\r\n', after: 'end' },
  status304: { bytes: 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', after: 'end' },
  redirect: {
    bytes: 'HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n',
    after: 'end',
  },
  early: {
    bytes: 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    after: 'end',
  },
  switching: {
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    after: 'wait',
  },
  switchingCut: {
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    after: 'cut',
  },
  cut: { bytes: '', after: 'cut' },
  cutInHead: { bytes: 'HTTP/1.1 200 OK\r\nContent-', after: 'cut' },
  cutInBody: { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"begun":', after: 'cut' },
  cutInChunks: { bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n', after: 'cut' },
  badChunk: {
    bytes: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\nzz\r\n',
    after: 'wait',
  },
  noHttp: { bytes: 'This is no HTTP.\r\n\r\n', after: 'end' },
  headerUtf8: { bytes: 'HTTP/1.1 200 OK\r\nX-Place: Zürich\r\nContent-Length: 2\r\n\r\nok', after: 'end' },
  headerTypeUtf8: {
    bytes: 'HTTP/1.1 200 OK\r\nContent-Type: text/zürich\r\nContent-Length: 2\r\n\r\nok',
    after: 'end',
  },
  twoCookies: {
    bytes: 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok',
    after: 'end',
  },
  trailers: {
    bytes:
      'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n',
    after: 'end',
  },
}

/** The names of the odd answers. */
export const oddNames: readonly string[] = Object.keys(oddAnswers)

/** A proxy for another upstream: passes calls on to it, and answers those below `_odd/` itself. */
export async function startOddUpstream(behind: string): Promise<RunningService> {
  const server = createServer((request, response) => {
    const name = /\/_odd\/(\w+)/.exec(request.url ?? '')?.[1]
    const odd = oddAnswers[name ?? '']
    if (odd) request.resume().on('end', () => answerOddly(request, odd))
    else passOn(behind, request, response)
  })
  return listen(server, { name: 'the odd upstream', port: 0 })
}

function answerOddly({ socket }: IncomingMessage, { bytes, after }: { bytes: string; after: string }): void {
  socket.write(bytes, () => {
    if (after === 'end') socket.end()
    // The written bytes must arrive before the connection is cut.
    if (after === 'cut') setTimeout(() => socket.resetAndDestroy(), 100)
  })
}

function passOn(behind: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '/' } = request
  const onward = httpRequest(behind + url, { method: method ?? 'GET', headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('error', () => response.destroy()).pipe(response)
  })
  onward.on('error', () => response.destroy())
  request.on('error', () => onward.destroy()).pipe(onward)
}
