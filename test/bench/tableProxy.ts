import { Agent, createServer, request } from 'node:http'
import { listen } from '../../local/service.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'

/** A proxy in front of Azurite's tables that counts requests. */
export interface TableProxy {
  /** `TABLES_CONNECTION_STRING` for the measured broker; valid before `connect` is called. */
  readonly connectionString: string
  /** Sets the tables' port; no request passes before that. */
  connect(tablePort: number): void
  /** The number of requests since the last call, by method and table, for example `GET Tenants`. */
  takeCounts(): Readonly<Record<string, number>>
  stop(): Promise<void>
}

/** Starts a proxy on a free port. Shared keys sign the path, not the host, so requests pass unchanged. */
export async function startTableProxy(): Promise<TableProxy> {
  const agent = new Agent({ keepAlive: true })
  let tablePort = 0
  let counts: Record<string, number> = {}
  const server = createServer((incoming, answer) => {
    const operation = operationOf(incoming.method, incoming.url)
    counts[operation] = (counts[operation] ?? 0) + 1
    const { method, url: path, headers } = incoming
    const forwarded = request({ agent, host: '127.0.0.1', port: tablePort, method, path, headers })
    forwarded.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    incoming.pipe(forwarded)
  })
  const service = await listen(server, { name: 'the counting proxy', port: 0 })
  return {
    connectionString: storageConnection({ table: service.port, blob: 0, queue: 0 } as Ports),
    connect: (port) => {
      tablePort = port
    },
    takeCounts() {
      const taken = counts
      counts = {}
      return taken
    },
    async stop() {
      agent.destroy()
      await service.stop()
    },
  }
}

function operationOf(method = '', url = ''): string {
  const table = /^\/[^/]+\/(\$?\w+)/.exec(url)?.[1] ?? ''
  return `${method} ${table}`
}

/** The number of operations in all. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
