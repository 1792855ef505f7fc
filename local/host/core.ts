import type {
  FunctionCallback,
  FunctionMetadata,
  HookCallback,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './rpc.ts'

/** A log entry of the host, the library, or the app. */
export interface LogEntry {
  readonly level: LogLevel
  /** `host` marks the host's own lines. */
  readonly category: LogCategory | 'host'
  readonly message: string
  readonly functionName?: string
  readonly invocationId?: string
}

/** A function that the app registered. */
export interface RegisteredFunction {
  readonly metadata: FunctionMetadata
  readonly callback: FunctionCallback
}

/** The module `@azure/functions-core`, and the state that the host reads from it. */
export interface Core {
  /** The module itself, as seen by the app and the library. */
  readonly api: Record<string, unknown>
  readonly functions: ReadonlyMap<string, RegisteredFunction>
  programmingModel(): ProgrammingModel | undefined
  /** Runs the hooks of one event in the order of registration, each awaited. */
  runHooks(name: HookName, context: Record<string, unknown>): Promise<void>
  /** Passes an entry to the app's log hooks, then to the host's log. */
  log(entry: LogEntry, invocationContext?: unknown): void
  /** Ends the registration of functions. */
  finishStartup(): void
}

/** The versions that the module reports; the app can read them. */
export const hostVersion = '4.1000.0'

const hookNames = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const

/** An event that the app can hook. */
export type HookName = (typeof hookNames)[number]

class Disposable {
  #onDispose: (() => void) | undefined

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose
  }

  static from(...disposables: { dispose(): unknown }[]) {
    return new Disposable(() => disposables.forEach((each) => void each.dispose()))
  }

  dispose() {
    this.#onDispose?.()
    this.#onDispose = undefined
  }
}

/**
 * Creates the module through which `@azure/functions` accesses its host.
 * It behaves like the worker (azure-functions-nodejs-worker `src/coreApi`): the last programming model wins,
 * registering after startup is an error, an unknown hook name is a `RangeError`.
 */
export function createCore(write: (entry: LogEntry) => void): Core {
  const functions = new Map<string, RegisteredFunction>()
  const hooks = new Map<string, HookCallback[]>(hookNames.map((name) => [name, []]))
  let model: ProgrammingModel | undefined
  let started = false

  const log = (entry: LogEntry, invocationContext?: unknown) =>
    write(throughLogHooks(hooks.get('log') ?? [], entry, invocationContext))

  const api = {
    version: hostVersion,
    hostVersion,
    Disposable,
    setProgrammingModel: (next: ProgrammingModel) => {
      model = next
    },
    getProgrammingModel: () => model,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => {
      assertStarting(started, 'registered')
      functions.set(metadata.name, { metadata, callback })
      return new Disposable(() => {
        assertStarting(started, 'disposed')
        functions.delete(metadata.name)
      })
    },
    registerHook: (name: string, callback: HookCallback) => registerHook(hooks, name, callback),
    log: (level: LogLevel, category: LogCategory, message: string) => log({ level, category, message }),
  }

  return {
    api,
    functions,
    log,
    programmingModel: () => model,
    runHooks: async (name, context) => {
      for (const callback of hooks.get(name) ?? []) await callback(context)
    },
    finishStartup: () => {
      started = true
    },
  }
}

function assertStarting(started: boolean, verb: string) {
  if (started) throw new Error(`A function can only be ${verb} during app startup.`)
}

function registerHook(hooks: Map<string, HookCallback[]>, name: string, callback: HookCallback) {
  const callbacks = hooks.get(name)
  if (!callbacks) {
    const error = new RangeError(`Unrecognized hook "${name}"`)
    throw Object.assign(error, { isAzureFunctionsSystemError: true })
  }
  callbacks.push(callback)
  return new Disposable(() => void callbacks.splice(callbacks.indexOf(callback), 1))
}

function throughLogHooks(callbacks: HookCallback[], entry: LogEntry, invocationContext: unknown): LogEntry {
  if (callbacks.length === 0 || entry.category === 'host') return entry
  const { level, message, category } = entry
  const context: Record<string, unknown> = { level, message, category, hookData: {}, invocationContext }
  for (const callback of callbacks) callback(context)
  return { ...entry, level: context.level as LogLevel, message: String(context.message) }
}
