import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PortTakenError } from '../service.ts'
import { AppLoadError } from './app.ts'
import { type FunctionSummary, type RunningHost, startHost } from './host.ts'
import { readLocalSettings } from './settings.ts'

const usage = `Usage: node local/host/main.ts [--port 7071] [--app <folder>] [--settings <file>]
  [--function-key <key>] [--master-key <key>] [--timer-folder <folder>] [--without-hooks]`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7071' },
    app: { type: 'string', default: '.' },
    settings: { type: 'string' },
    'function-key': { type: 'string', multiple: true },
    'master-key': { type: 'string' },
    'timer-folder': { type: 'string' },
    'without-hooks': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

async function run(): Promise<void> {
  const appFolder = resolve(values.app)
  const settings = await readLocalSettings(resolve(values.settings ?? join(appFolder, 'local.settings.json')))
  const timerFolder = values['timer-folder'] && resolve(values['timer-folder'])
  // The worker also runs in the app's folder, so relative paths in the app have the same meaning.
  process.chdir(appFolder)
  const host = await startHost({
    appFolder,
    port: readPort(values.port),
    env: { ...settings, ...definedEnv() },
    keys: readKeys(),
    ...(timerFolder ? { timerFolder } : {}),
  })
  // A caller that sees that the host is listening may stop it immediately, and its hooks must still run.
  // SIGTERM also reaches the app. Without hooks, it's the only order, as on Azure for some instances.
  const orders = values['without-hooks'] ? (['SIGINT'] as const) : (['SIGINT', 'SIGTERM'] as const)
  for (const signal of orders) process.once(signal, () => void terminate(host))
  void host.timedOut.then(({ message }) =>
    fail(
      new Error(
        `${message} Azure restarts the worker for it; this host ends, and with it every request under way.`,
      ),
    ),
  )
  process.stdout.write(`${describe(host)}\n`)
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`--port is "${text}", which is not a port.\n${usage}`)
}

function readKeys() {
  const { 'function-key': functions, 'master-key': master } = values
  return { ...(functions ? { functions } : {}), ...(master ? { master } : {}) }
}

const definedEnv = () => process.env as Record<string, string>

function describe({ functions, origin }: RunningHost): string {
  if (functions.length === 0) return `\nNo functions were registered. Listening on ${origin}`
  return ['', 'Functions:', '', ...functions.map(describeFunction), '', `Listening on ${origin}`].join('\n')
}

const describeFunction = ({ name, trigger, methods, url }: FunctionSummary) =>
  url ? `\t${name}: [${methods?.join(',')}] ${url}` : `\t${name}: ${trigger}`

async function terminate(host: RunningHost): Promise<void> {
  await host.stop().catch(fail)
  // The app may have open sockets or timers; they must not keep a stopped host alive.
  process.exit(host.unanswered.length > 0 ? 1 : 0)
}

function fail(error: unknown): void {
  const isExpected = error instanceof PortTakenError || error instanceof AppLoadError
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${message}\n`)
  if (error instanceof PortTakenError) process.stderr.write('Choose another port with --port.\n')
  if (isExpected && error.cause instanceof Error) process.stderr.write(`${error.cause.stack}\n`)
  process.exit(1)
}

if (values.help) console.log(usage)
else await run().catch(fail)
