import http, { type Server } from 'node:http'

/**
 * Runs `start` and returns the HTTP server that it created, closed to the outside; undefined if it created none.
 *
 * An app with `enableHttpStream` makes the library start its own server, to which a remote host forwards each
 * request. This host runs in the same process, so it passes requests directly to that server's listener: no
 * second connection, and nothing listens on every interface,
 * as the library's server would otherwise do.
 */
export async function captureStreamListener(start: () => Promise<void>): Promise<Server | undefined> {
  const { createServer } = http
  let captured: Server | undefined
  const capture = (...options: Parameters<typeof createServer>) => {
    captured = bindToLoopback(createServer(...options))
    return captured
  }
  Object.assign(http, { createServer: capture })
  try {
    await start()
  } finally {
    Object.assign(http, { createServer })
  }
  captured?.close()
  return captured
}

function bindToLoopback(server: Server): Server {
  const listen = server.listen.bind(server) as (port: number, host: string, then: () => void) => Server
  return Object.assign(server, { listen: (then: () => void) => listen(0, '127.0.0.1', then) })
}
