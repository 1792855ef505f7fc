import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withoutProxies } from '../shared/settings/proxies.ts'
import { type Child, endsWithParent, startChild } from './child.ts'
import { assertPortsFree } from './ports.ts'
import { hostMasterKey } from './settings.ts'
import type { Stack } from './stack.ts'

/** The Functions host for the broker: the one in `local/host/`, or Azure Functions Core Tools. */
export type HostKind = 'embedded' | 'func'

/** Options of a broker process. */
export interface BrokerOptions {
  readonly stack: Stack
  /** TCP port. Default is the stack's port of the first broker. */
  readonly port?: number
  /** Default is `embedded`. */
  readonly host?: HostKind
  /**
   * Whether its `PUBLIC_URL` has its own port. Default is false: like instances behind one address, all use the
   * first broker's.
   */
  readonly ownPublicUrl?: boolean
  /** The app folder for the embedded host. Default is the built broker's. */
  readonly app?: string
  /**
   * Whether SIGTERM comes with the host's order to end, which runs the `appTerminate` hooks. Default is true. SIGINT is
   * always the host's order alone.
   */
  readonly hooks?: boolean
  /** Overrides of the stack's settings; an empty one counts as unset. */
  readonly settings?: Readonly<Record<string, string>>
  /** Receives each line of the process's output. Default is to ignore it. */
  readonly onLine?: (line: string) => void
}

/** A running broker. */
export interface RunningBroker extends Pick<Child, 'pid' | 'isRunning' | 'kill' | 'waitForLine'> {
  readonly origin: string
  readonly port: number
  /** Stops the process cleanly; running requests are cut off, as on Azure. */
  stop(): Promise<void>
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const hostMain = join(root, 'local', 'host', 'main.ts')
const pollMilliseconds = 200
const startSeconds = 90

/**
 * Starts the built broker (`dist/broker.cjs`) in a Functions host with its own process; several can run on one stack.
 * @throws PortsTakenError if the port is taken; Error with the process's last output if it doesn't start.
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { stack, port = stack.ports.broker, host = 'embedded', app = root, hooks = true } = options
  await assertPortsFree({ ...stack.ports, broker: port }, ['broker'])
  const env = {
    // Everything is on loopback, and a broker refuses a proxy.
    ...withoutProxies(process.env),
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    ...stack.settings(options.ownPublicUrl ? port : undefined),
    ...options.settings,
  }
  const child = startChild({
    name: `The broker on port ${port}`,
    env,
    cwd: root,
    ...commandOf(host, { port, folder: stack.folder, app, hooks }),
    ...(options.onLine && { onLine: options.onLine }),
  })
  const origin = `http://127.0.0.1:${port}`
  if (host === 'embedded') await child.waitForLine(/Listening on/)
  else await waitUntilHealthy(child, origin)
  const { pid, isRunning, kill, waitForLine, stop } = child
  return { origin, port, pid, isRunning, kill, waitForLine, stop }
}

/** Whether Azure Functions Core Tools is on the PATH. */
export function hasFunc(): boolean {
  const names = process.platform === 'win32' ? ['func.exe', 'func.cmd'] : ['func']
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.some((folder) => names.some((name) => isExecutable(join(folder, name))))
}

interface HostArguments {
  readonly port: number
  readonly folder: string
  readonly app: string
  readonly hooks: boolean
}

function commandOf(host: HostKind, { app, folder, hooks, port }: HostArguments) {
  if (host === 'func') return { command: 'func', args: ['start', '--port', String(port)] }
  // A developer's own local.settings.json is for `func start`; here only the stack's settings apply.
  const settings = join(folder, 'no.settings.json')
  const args = [`--import=${endsWithParent}`, hostMain, '--port', String(port), '--app', app]
  args.push('--settings', settings, '--master-key', hostMasterKey)
  if (!hooks) args.push('--without-hooks')
  return { command: process.execPath, args, followsParent: true }
}

async function waitUntilHealthy(child: Child, origin: string): Promise<void> {
  const giveUpAt = Date.now() + startSeconds * 1000
  while (Date.now() < giveUpAt) {
    const answer = await fetch(`${origin}/health`).catch(() => undefined)
    if (answer?.ok) return
    // Fails with the last output if the process has ended.
    if (!child.isRunning()) await child.waitForLine(/(?!)/)
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
  await child.stop()
  throw new Error(`The broker at ${origin} did not answer within ${startSeconds} seconds.`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
