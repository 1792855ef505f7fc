import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer, listen } from '../../local/service.ts'

/** The address of both releases: each request goes to one of them, as with instances behind a load balancer. */
export interface Switch {
  /** Sends requests to this port from now on. */
  to(port: number): void
  stop(): Promise<void>
}

/** Opens a switch on a port of loopback. */
export async function openSwitch(port: number): Promise<Switch> {
  let target = 0
  const options = { name: 'switch', port }
  const server = createServer(options, (incoming, outgoing) => forward(incoming, outgoing, target))
  const { stop } = await listen(server, options)
  return {
    to(next) {
      target = next
    },
    stop,
  }
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { headers, method, url } = incoming
  const onward = request({ host: '127.0.0.1', port, path: url, method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}
