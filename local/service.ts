import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

/** A stand-in that listens on loopback. */
export interface RunningService {
  /** Its address, for example `http://127.0.0.1:8402`, without a trailing slash. */
  readonly origin: string
  readonly port: number
  /** Closes the listener and every open connection. */
  stop(): Promise<void>
}

/** Options of a listener. */
export interface ListenOptions {
  /** Its name in messages, for example `sign-in`. */
  readonly name: string
  /** TCP port; 0 means any free port. */
  readonly port: number
  /** PEM key and certificate; plain HTTP without them. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Host name in `origin`. Default is `127.0.0.1`; the socket is always bound to 127.0.0.1. */
  readonly host?: string
}

/** Another process uses the port; `serviceName` and `port` identify it. */
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

/** A handler of web requests, like Hono's `app.fetch`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/**
 * Serves a Web-standard fetch handler on 127.0.0.1.
 * @throws PortTakenError if the port is in use.
 */
export async function serve(handler: FetchHandler, options: ListenOptions): Promise<RunningService> {
  return listen(createServer(options, getRequestListener(handler)), options)
}

/** Creates a plain or TLS server, depending on the options; not yet listening. */
export function createServer(
  options: ListenOptions,
  listener?: Parameters<typeof createHttpServer>[1],
): Server {
  return options.tls ? createHttpsServer(options.tls, listener) : createHttpServer(listener ?? (() => {}))
}

/** Starts a server from {@link createServer} and returns its address. */
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
