import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const source = fileURLToPath(new URL('app.ts', import.meta.url))

/** A host in its own process, with its output. */
export interface HostProcess {
  readonly origin: string
  readonly lines: readonly string[]
  /** Resolves with the first past or future line that contains `text`. */
  line(text: string): Promise<string>
  /** The exit code, once the process has ended. */
  readonly ended: Promise<number | null>
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number | null>
}

/** An app's files in their own folder, which `dispose` removes. */
export interface AppFolder extends AsyncDisposable {
  readonly path: string
}

/** Writes an app's files into a temporary folder inside the repository's reach of `node_modules`. */
export async function writeApp(files: Record<string, string>): Promise<AppFolder> {
  const path = await mkdtemp(join(tmpdir(), 'host-app-'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

/** Bundles the fixture app like the broker: one CommonJS file with `@azure/functions` in it. */
export async function bundleApp(format: 'cjs' | 'esm' = 'cjs', entry = source): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format,
    external: ['@azure/functions-core'],
    write: false,
    logLevel: 'silent',
    // An ES module bundle has no `require`, which the bundled library calls.
    ...(format === 'esm'
      ? {
          banner: {
            js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
          },
        }
      : {}),
  })
  return result.outputFiles[0]!.text
}

/** The fixture app, built, with a `host.json`. */
export async function writeFixtureApp(hostJson: unknown): Promise<AppFolder> {
  return writeApp({
    'package.json': JSON.stringify({ type: 'module', main: 'dist/broker.cjs' }),
    'host.json': JSON.stringify(hostJson),
    'dist/broker.cjs': await bundleApp(),
  })
}

/** Starts a host on an app and waits until it listens. @throws Error with its output if it exits before. */
export async function spawnHost(
  appFolder: string,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<HostProcess> {
  const child = spawnCli(['--app', appFolder, '--port', '0', ...args], env)
  const lines: string[] = []
  const watchers = new Set<(line: string) => void>()
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      for (const watch of watchers) watch(line)
    })
  }
  const line = (text: string) =>
    new Promise<string>((resolve) => {
      const watch = (each: string) => {
        if (!each.includes(text)) return
        watchers.delete(watch)
        resolve(each)
      }
      const printed = lines.find((each) => each.includes(text))
      if (printed === undefined) watchers.add(watch)
      else resolve(printed)
    })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const listening = await Promise.race([line('Listening on '), ended.then(() => undefined)])
  if (listening === undefined) throw new Error(`The host ended:\n${lines.join('\n')}`)
  const origin = /http:\S+/.exec(listening)![0]
  return { origin, lines, line, ended, stop: () => terminate(child, ended) }
}

/** Starts the host's command line. */
export function spawnCli(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [join(root, 'local/host/main.ts'), ...args], {
    env: { ...process.env, TICK_SCHEDULE: '0 0 0 1 1 *', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function terminate(child: ChildProcess, ended: Promise<number | null>): Promise<number | null> {
  child.kill('SIGTERM')
  return ended
}

/** Sends raw bytes, in Latin-1, and returns everything received until the connection ends. */
export async function raw(origin: string, request: string): Promise<string> {
  const socket = createConnection(Number(new URL(origin).port), '127.0.0.1')
  socket.setEncoding('latin1').on('error', () => {})
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write(request, 'latin1')
  await once(socket, 'close')
  return answer
}

/** Zeros, 64 KiB at a time. */
export function* zeros(bytes: number) {
  const chunk = Buffer.alloc(65_536)
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk
}
