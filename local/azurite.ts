import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { LocalCertificate } from './certificate.ts'
import { endsWithParent, startChild } from './child.ts'
import type { RunningService } from './service.ts'

/** The ports of Azurite's three services; 0 means any free port. */
export interface AzuritePorts {
  readonly blob: number
  readonly queue: number
  readonly table: number
}

/** A listening Azurite; `origin` and `port` are those of its tables. */
export interface RunningAzurite extends RunningService {
  readonly ports: AzuritePorts
}

/** How Azurite is to run. */
export interface AzuriteOptions extends AzuritePorts {
  /** Where it keeps its data; in memory without one. */
  readonly folder?: string
  /** What it presents; it then takes bearer tokens too. Plain HTTP and shared keys only without one. */
  readonly certificate?: LocalCertificate
}

const main = createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js')

/**
 * Starts Azurite, Microsoft's own emulator of Azure Storage, in a process of its own.
 * @throws Error with its last words when it does not start.
 */
export async function startAzurite(options: AzuriteOptions): Promise<RunningAzurite> {
  const { folder, certificate, blob, queue, table } = options
  if (folder) await mkdir(folder, { recursive: true })
  const ports = { blobPort: blob, queuePort: queue, tablePort: table }
  const child = startChild({
    name: 'Azurite',
    command: process.execPath,
    args: [
      `--import=${endsWithParent}`,
      main,
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck',
      ...(folder ? ['--location', folder] : ['--inMemoryPersistence']),
      ...(certificate
        ? ['--cert', certificate.certPath, '--key', certificate.keyPath, '--oauth', 'basic']
        : []),
      ...Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]),
    ],
    env: process.env,
    cwd: folder ?? process.cwd(),
    followsParent: true,
  })
  const portOf = async (service: string) =>
    Number((await child.waitForLine(new RegExp(`${service} service is successfully listening.*:(\\d+)`)))[1])
  const [blobPort, queuePort, tablePort] = await Promise.all(['Blob', 'Queue', 'Table'].map(portOf))
  return {
    ports: { blob: blobPort!, queue: queuePort!, table: tablePort! },
    port: tablePort!,
    origin: `${certificate ? 'https' : 'http'}://127.0.0.1:${tablePort}`,
    stop: () => child.stop(),
  }
}
