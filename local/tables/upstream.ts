import { Agent as HttpAgent, type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { Agent as HttpsAgent, request as requestOverTls } from 'node:https'
import type { TableAnswer } from './refusals.ts'

/** Where the tables really are. */
export interface Upstream {
  readonly origin: string
  /** PEM of the authority to trust, where it listens with TLS. */
  readonly ca?: string
}

/** One request, to be sent as it came in. */
export interface ForwardedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Sends requests on and takes the whole answer. */
export interface Forwarder {
  /** @throws Error when there is no answer, or only a part of one. */
  forward(asked: ForwardedRequest): Promise<TableAnswer>
  close(): void
}

/** Opens connections to where the tables are; they are kept. */
export function createForwarder({ origin, ca }: Upstream): Forwarder {
  const { protocol, hostname: host, port } = new URL(origin)
  const isTls = protocol === 'https:'
  // Azurite is one thread: more connections than this only cost their handshakes.
  const options = { keepAlive: true, maxSockets: 50 }
  const agent = isTls ? new HttpsAgent({ ...options, ...(ca && { ca }) }) : new HttpAgent(options)
  const send = isTls ? requestOverTls : request
  return {
    forward: ({ body, ...asked }) =>
      exchange((options) => send(options), { agent, host, port, ...asked }, body),
    close: () => agent.destroy(),
  }
}

function exchange(
  send: (options: RequestOptions) => ReturnType<typeof request>,
  options: RequestOptions,
  body: Buffer,
): Promise<TableAnswer> {
  return new Promise((resolve, reject) => {
    const sent = send(options)
    sent.on('response', (response) => {
      response.toArray().then((chunks) => {
        const headers = withoutConnection(response.headers)
        resolve({ status: response.statusCode ?? 502, headers, body: Buffer.concat(chunks) })
      }, reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Each connection has its own. */
function withoutConnection({
  connection: _c,
  'keep-alive': _k,
  'transfer-encoding': _t,
  ...rest
}: IncomingHttpHeaders) {
  return rest
}
