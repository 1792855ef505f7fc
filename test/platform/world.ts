import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { type Child, endsWithParent, startChild } from '../../local/child.ts'
import { findFreePort } from '../../local/ports.ts'
import { storageConnection } from '../../local/settings.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { startOddUpstream } from './oddUpstream.ts'
import { buildProgram, type Program, startProgram } from './program.ts'

/** An HTTP function, as registered by the broker. */
export interface FunctionRoute {
  readonly name: string
  readonly methods: readonly string[]
  /** The template, without a leading slash. */
  readonly route: string
}

/** The broker behind the platform's real parts, and another one behind the local host. */
export interface PlatformWorld {
  readonly stack: Stack
  readonly program: Program
  readonly functions: readonly FunctionRoute[]
  /** Ports on loopback. */
  readonly real: { readonly router: number; readonly broker: number }
  readonly local: { readonly router: number; readonly broker: number }
  /** The worker's latest log lines. */
  readonly workerLines: readonly string[]
  close(): Promise<void>
}

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The folder of the app for comparing the local host. */
export const echoApp = join(folder, 'echo-app')

/** A scheduled timer would mix its calls with those of the cases. */
const steady = { REFRESH_SCHEDULE: '0 0 0 1 1 *', ROW_CACHE_SECONDS: '30' }

/** Builds the program and starts everything. */
export async function openWorld(): Promise<PlatformWorld> {
  const [stack] = await Promise.all([startStack({ ports: 'free' }), buildProgram()])
  const started: { stop(): Promise<void> }[] = [stack]
  const close = async () => {
    for (const each of started.reverse()) await each.stop()
  }
  try {
    const upstream = await startOddUpstream(stack.parts.advertising.origin)
    started.push(upstream)
    const settings = { ...steady, PRODUCTION_ADVERTISING_URL: `${upstream.origin}/production/{host}` }
    const { child, lines, ...worker } = await startWorker(stack, settings)
    started.push(child)
    const real = { broker: stack.ports.broker, router: await findFreePort() }
    const program = await startProgram({
      ...worker,
      frontPort: real.broker,
      routerPort: real.router,
      storage: storageConnection(stack.ports),
    })
    started.push(program)
    const brokers = await startLocalHosts(stack, settings, worker.functions)
    started.push(...brokers)
    const [broker, router] = brokers.map(({ port }) => port) as [number, number]
    const local = { broker, router }
    return { stack, program, functions: worker.functions, real, local, workerLines: lines, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface WorkerLine {
  readonly invokeUri: string
  readonly workerUri: string
  readonly functions: readonly FunctionRoute[]
}

/** Starts the worker with the built broker; its log lines grow. */
export async function startWorker(
  stack: Stack,
  settings: Record<string, string>,
): Promise<WorkerLine & { child: Child; lines: string[] }> {
  const lines: string[] = []
  const child = startChild({
    name: 'The worker',
    command: process.execPath,
    args: [`--import=${endsWithParent}`, join(folder, 'worker.ts')],
    env: { ...process.env, ...stack.settings(), ...settings },
    cwd: folder,
    followsParent: true,
    onLine: (line) => lines.push(line),
  })
  const [, json = ''] = await child.waitForLine(/^(\{"invokeUri".*)$/)
  return { ...JSON.parse(json), child, lines }
}

/** The broker in the local host, and an app with the same routes that reports the called function. */
async function startLocalHosts(
  stack: Stack,
  settings: Record<string, string>,
  functions: readonly FunctionRoute[],
): Promise<RunningBroker[]> {
  const echo = { app: echoApp, settings: { PLATFORM_FUNCTIONS: JSON.stringify(functions) } }
  return Promise.all(
    [{ settings }, echo].map(async (each) => startBroker({ stack, port: await findFreePort(), ...each })),
  )
}
