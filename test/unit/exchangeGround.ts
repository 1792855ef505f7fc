import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Exchange, type RefuseExchange, startAndTrackExchanges } from '../../shared/http/exchanges.ts'

/** A watched server, like the Functions library's, that leaves each answer to the test and ends with the test. */
export async function openWatched(refuse: RefuseExchange = () => undefined) {
  const server = createServer()
  await startAndTrackExchanges(async () => once(server.listen(0, '127.0.0.1'), 'listening'), refuse)
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  /** Sends a request and returns its final status. */
  const send = (invocationId: string, headers: OutgoingHttpHeaders = {}) => {
    // As a list, because Node would join several cookies to one header.
    const list = Object.entries({ host: 'x', 'x-ms-invocation-id': invocationId, ...headers }).flatMap(
      ([name, values]) => [values].flat().flatMap((value) => [name, String(value)]),
    )
    const sent = request({ port, headers: list, agent: false }).end()
    const status = once(sent, 'response').then(([answer]: IncomingMessage[]) => answer?.statusCode)
    status.catch(() => undefined)
    return { sent, status }
  }
  /** Sends a request, and waits until the server has it. */
  const arrive = async (invocationId: string, headers?: OutgoingHttpHeaders) => {
    const arrived = once(server, 'request') as Promise<[Exchange['request'], Exchange['response']]>
    const sending = send(invocationId, headers)
    return { ...sending, response: (await arrived)[1] }
  }
  return { server, send, arrive }
}
