import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

/** One stand-in that is listening on loopback. */
export interface RunningService {
  /** Where it listens, e.g. `http://127.0.0.1:8402`; no trailing slash. */
  readonly origin: string
  readonly port: number
  /** Closes the listener and every open connection. */
  stop(): Promise<void>
}

/** How a stand-in is to listen. */
export interface ListenOptions {
  /** What people call it, e.g. `sign-in`; used in messages. */
  readonly name: string
  /** TCP port; 0 takes a free one. */
  readonly port: number
  /** PEM key and certificate; plain HTTP without them. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Host name put into `origin`. Default is `127.0.0.1`; the socket is always bound to 127.0.0.1. */
  readonly host?: string
}

/** A port that somebody else listens on; `serviceName` and `port` say which. */
export class PortTakenError extends Error {
  readonly serviceName: string
  readonly port: number

  constructor(serviceName: string, port: number) {
    super(`Port ${port}, wanted by ${serviceName}, is taken.`)
    this.name = 'PortTakenError'
    this.serviceName = serviceName
    this.port = port
  }
}

/** A handler of Web requests, as Hono's `app.fetch` is one. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/**
 * Serves a Web-standard fetch handler on 127.0.0.1.
 * @throws PortTakenError when the port is in use.
 */
export async function serve(handler: FetchHandler, options: ListenOptions): Promise<RunningService> {
  return listen(createServer(options, getRequestListener(handler)), options)
}

/** Creates a plain or TLS server, as the options say; not yet listening. */
export function createServer(
  options: ListenOptions,
  listener?: Parameters<typeof createHttpServer>[1],
): Server {
  return options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener ?? (() => {}))
}

/** Starts a server made by {@link createServer} and says where it is. */
export async function listen(server: Server, options: ListenOptions): Promise<RunningService> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(options.name, options.port) : error),
    )
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `${options.tls ? 'https' : 'http'}://${options.host ?? '127.0.0.1'}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
