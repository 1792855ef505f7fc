import { Agent, createServer, request } from 'node:http'
import { listen } from '../../local/service.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'

/** Stands before Azurite's tables and counts what passes. */
export interface TableProxy {
  /** `TABLES_CONNECTION_STRING` for a broker that is to be counted; good before `connect` was called. */
  readonly connectionString: string
  /** Tells where the tables are; nothing passes before. */
  connect(tablePort: number): void
  /** What has passed since the last call, by method and table, e.g. `GET Tenants`. */
  takeCounts(): Readonly<Record<string, number>>
  stop(): Promise<void>
}

/** Starts a proxy on a free port. Shared keys sign the path and not the host, so requests pass as they are. */
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
