import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, Server, type ServerResponse } from 'node:http'

/** A request that the library's server received from the host's forwarder, with its pending answer. */
export interface Exchange {
  readonly invocationId: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Time of arrival, by `performance.now()`. */
  readonly cameAt: number
  /** Whether an invocation has taken it. */
  isPaired: boolean
}

const exchanges = new Map<string, Exchange>()

/** The exchange of an invocation; undefined without HTTP streaming, or once the answer has ended. */
export function findExchange(invocationId: string): Exchange | undefined {
  return exchanges.get(invocationId)
}

/** Every exchange whose answer hasn't ended, oldest first. */
export function openExchanges(): IterableIterator<Exchange> {
  return exchanges.values()
}

/** Handles a request that no invocation can take. */
export type RefuseExchange = (exchange: Exchange) => void

/**
 * The host accepts 32 KiB of headers (Kestrel's `MaxRequestHeadersTotalSize`) and adds some of its own; Node's limit is
 * 16 KiB.
 */
const maxHeaderBytes = 65_536

/**
 * Watches the server that `@azure/functions` starts for HTTP streaming while `start` runs: each request is kept under
 * its invocation until its answer has ended. Node announces a server before it listens (diagnostics_channel,
 * "tracing:net.server.listen:asyncStart"); the library doesn't expose it (`src/http/httpProxy.ts`).
 */
export async function startAndTrackExchanges<T>(start: () => Promise<T>, refuse: RefuseExchange): Promise<T> {
  const watch = (message: unknown) => {
    const { server } = message as { server: unknown }
    if (server instanceof Server) trackServer(server, refuse)
  }
  subscribe(listening, watch)
  try {
    return await start()
  } finally {
    unsubscribe(listening, watch)
  }
}

const listening = 'tracing:net.server.listen:asyncStart'

/**
 * Accepts everything that the platform's own server has accepted, so nothing is refused before its invocation is known.
 */
function trackServer(server: Server, refuse: RefuseExchange): void {
  Object.assign(server, { maxHeaderSize: maxHeaderBytes })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.prependListener('request', (request, response) => track(request, response, refuse))
}

/** An id from the host (.NET `Guid.ToString()`). */
const hostInvocationId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function track(request: IncomingMessage, response: ServerResponse, refuse: RefuseExchange): void {
  // After the reader has left, later writes fail; the writer notices through `close`.
  response.on('error', () => undefined)
  const invocationId = String(request.headers['x-ms-invocation-id'] ?? '')
  const exchange = { invocationId, request, response, cameAt: performance.now(), isPaired: false }
  if (!hostInvocationId.test(invocationId) || exchanges.has(invocationId))
    return void setImmediate(refuse, exchange)
  exchanges.set(invocationId, exchange)
  response.once('close', () => exchanges.delete(invocationId))
}
