import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, Server, type ServerResponse } from 'node:http'

/** A request as the library's own server took it from the host's forwarder, and the answer that is due. */
export interface Exchange {
  readonly invocationId: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** When it came, by `performance.now()`. */
  readonly cameAt: number
  /** Whether an invocation has taken it. */
  isPaired: boolean
}

const exchanges = new Map<string, Exchange>()

/** The exchange of an invocation; undefined without HTTP streaming, or once the answer is over. */
export function findExchange(invocationId: string): Exchange | undefined {
  return exchanges.get(invocationId)
}

/** Every exchange whose answer is not over, oldest first. */
export function openExchanges(): IterableIterator<Exchange> {
  return exchanges.values()
}

/** What is done with a request that no invocation can ever take. */
export type RefuseExchange = (exchange: Exchange) => void

/** The host lets 32 KiB of headers in (Kestrel's `MaxRequestHeadersTotalSize`) and adds some of its own; Node's limit is 16 KiB. */
const maxHeaderBytes = 65_536

/**
 * Watches the server that `@azure/functions` starts for HTTP streaming while `start` runs: each request is kept by its
 * invocation until its answer is over. Node tells of a server before it listens (diagnostics_channel,
 * "tracing:net.server.listen:asyncStart"); the library keeps it to itself (`src/http/httpProxy.ts`).
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

/** Takes what the platform's own server has let in, so that nothing is refused before its invocation is known. */
function trackServer(server: Server, refuse: RefuseExchange): void {
  Object.assign(server, { maxHeaderSize: maxHeaderBytes })
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.prependListener('request', (request, response) => track(request, response, refuse))
}

/** An id that the host has made (.NET `Guid.ToString()`). */
const hostInvocationId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function track(request: IncomingMessage, response: ServerResponse, refuse: RefuseExchange): void {
  // When the reader has left, later writes fail, and the writer learns of it from `close`.
  response.on('error', () => undefined)
  const invocationId = String(request.headers['x-ms-invocation-id'] ?? '')
  const exchange = { invocationId, request, response, cameAt: performance.now(), isPaired: false }
  if (!hostInvocationId.test(invocationId) || exchanges.has(invocationId))
    return void setImmediate(refuse, exchange)
  exchanges.set(invocationId, exchange)
  response.once('close', () => exchanges.delete(invocationId))
}
