import type { RequestListener, Server } from 'node:http'
import { resolve } from 'node:path'
import { listen, type RunningService } from '../service.ts'
import type { HostKeys } from './access.ts'
import { createAdminListener } from './admin.ts'
import { answerEmpty } from './answer.ts'
import { type LoadedApp, loadApp } from './app.ts'
import type { LogEntry, RegisteredFunction } from './core.ts'
import { createGate } from './gate.ts'
import { type HostJson, readHostJson } from './hostJson.ts'
import { createHttpListener, findHttpFunctions } from './http.ts'
import { isTrigger } from './invocation.ts'
import { createHostServer } from './kestrel.ts'
import { writeLog } from './log.ts'
import { createWriteOutputs } from './outputs.ts'
import { createQueueConnections } from './queueConnection.ts'
import { createRunner, type FunctionTimeoutError } from './runner.ts'
import { type Clock, systemClock } from './timerTrigger.ts'
import { startTriggers, type Triggers } from './triggers.ts'
import { createUnansweredLog, type Unanswered } from './unanswered.ts'

/** Options of a host. */
export interface HostOptions {
  /** Folder with `host.json` and `package.json`. */
  readonly appFolder: string
  /** TCP port on 127.0.0.1; 0 means any free port. */
  readonly port: number
  /** App settings; written to `process.env`, replacing existing values. */
  readonly env?: Readonly<Record<string, string>>
  /** Without keys, functions that require one, and `/admin`, refuse all calls. */
  readonly keys?: HostKeys
  /** The folder for the state of monitored timers. Default is to lose it with the process. */
  readonly timerFolder?: string
  /** Default writes to the console; see {@link writeLog}. */
  readonly log?: (entry: LogEntry) => void
  /** Default is the machine's clock. */
  readonly clock?: Clock
}

/** A function's summary for people. */
export interface FunctionSummary {
  readonly name: string
  /** `httpTrigger`, `timerTrigger`, `queueTrigger`, … */
  readonly trigger: string
  /** HTTP functions only. */
  readonly methods?: readonly string[]
  readonly url?: string
}

/** A host that serves an app. */
export interface RunningHost extends RunningService {
  readonly functions: readonly FunctionSummary[]
  /** Every invocation so far whose caller would get no answer on Azure. */
  readonly unanswered: readonly Unanswered[]
  /**
   * Resolves when an invocation exceeds `functionTimeout`. The platform then restarts the worker, and every
   * invocation of the instance ends with it; this host is also the worker, so its runner ends the process.
   */
  readonly timedOut: Promise<FunctionTimeoutError>
}

/** Kestrel's default limit on a Functions host, in bytes; `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT` overrides it. */
const defaultMaxBodyBytes = 104_857_600

/**
 * Loads an app and serves it: HTTP functions by their routes, timers by their schedules, queues as messages arrive.
 * Until the app is loaded, requests get 503. A process loads only one app. `stop` refuses new work, runs the
 * `appTerminate` hooks, and cuts off running work, like the worker at `WorkerTerminate`
 * (azure-functions-nodejs-worker `terminateWorker.ts`).
 * @throws AppLoadError if the app can't be loaded, PortTakenError if the port is in use.
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const appFolder = resolve(options.appFolder)
  Object.assign(process.env, options.env)
  process.env.AZURE_FUNCTIONS_ENVIRONMENT ??= 'Development'
  process.env.FUNCTIONS_WORKER_RUNTIME ??= 'node'
  const hostJson = await readHostJson(appFolder, process.env)
  // The port is opened before the app, so that an app isn't started only to be stopped again.
  let listener: RequestListener = (_request, response) => answerEmpty(response, 503)
  const server = createHostServer((request, response) => listener(request, response))
  const service = await listen(server, { name: 'the Functions host', port: options.port })
  process.env.WEBSITE_HOSTNAME ??= `localhost:${service.port}`
  try {
    const app = await loadApp(appFolder, options.log ?? writeLog)
    const { triggers, ...parts } = assemble(app, hostJson, options, service.origin)
    listener = parts.listener
    const { unanswered, timedOut, summaries: functions } = parts
    return { ...service, functions, unanswered, timedOut, stop: () => stop(server, service, app, triggers) }
  } catch (error) {
    await service.stop()
    throw error
  }
}

function assemble(app: LoadedApp, hostJson: HostJson, options: HostOptions, origin: string) {
  const { extensions, functionTimeout } = hostJson
  const queues = createQueueConnections(extensions.queues.messageEncoding, process.env)
  const { promise: timedOut, resolve: onTimeout } = Promise.withResolvers<FunctionTimeoutError>()
  const writeOutputs = createWriteOutputs(queues)
  const runner = createRunner(app, { timeoutSeconds: functionTimeout, writeOutputs, onTimeout })
  const enabled = new Map([...app.functions].filter(([name]) => !isDisabled(name)))
  const gate = createGate(extensions.http)
  const httpFunctions = findHttpFunctions(enabled.values(), extensions.http.routePrefix)
  const urls = new Map(httpFunctions.map(({ fn, template }) => [fn.metadata.name, `${origin}/${template}`]))
  const { keys = {} } = options
  const unanswered = createUnansweredLog((entry) => app.core.log(entry))
  const httpOptions = { app, runner, gate, keys, unanswered, maxBodyBytes: maxBodyBytes() }
  // Routes are compiled before any trigger starts: a malformed one stops the host.
  let triggers: Triggers | undefined
  const admin = createAdminListener({
    functions: enabled,
    keys,
    isHomepageDisabled: process.env.AzureWebJobsDisableHomepage?.toLowerCase() === 'true',
    urlOf: (name) => urls.get(name),
    start: (fn, input) => triggers?.start(fn, input),
  })
  const listener = createHttpListener(httpFunctions, httpOptions, admin)
  const { clock = systemClock, timerFolder } = options
  triggers = startTriggers({
    app,
    functions: enabled,
    runner,
    queues,
    clock,
    timerFolder,
    settings: extensions.queues,
  })
  const methods = new Map(httpFunctions.map((each) => [each.fn.metadata.name, each.methods]))
  return {
    listener,
    triggers,
    timedOut,
    unanswered: unanswered.entries,
    summaries: [...enabled.values()].map((fn) => summarize(fn, methods, urls)),
  }
}

async function stop(
  server: Server,
  service: RunningService,
  app: LoadedApp,
  triggers: Triggers,
): Promise<void> {
  server.close()
  triggers.stop()
  await app.core.runHooks('appTerminate', { hookData: {}, appHookData: app.appHookData })
  await service.stop()
}

/** `AzureWebJobs.<name>.Disabled` (functions-how-to "Disable functions"). */
function isDisabled(name: string): boolean {
  const value = process.env[`AzureWebJobs.${name}.Disabled`] ?? process.env[`AzureWebJobs_${name}_Disabled`]
  return value === '1' || value?.toLowerCase() === 'true'
}

function maxBodyBytes(): number {
  const bytes = Number(process.env.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT ?? defaultMaxBodyBytes)
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes
  throw new Error('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT is not a number of bytes.')
}

function summarize(
  { metadata: { name, bindings } }: RegisteredFunction,
  methods: ReadonlyMap<string, readonly string[]>,
  urls: ReadonlyMap<string, string>,
): FunctionSummary {
  const trigger = Object.values(bindings).find(({ type }) => isTrigger(type))!.type
  const url = urls.get(name)
  return url ? { name, trigger, methods: methods.get(name) ?? [], url } : { name, trigger }
}
