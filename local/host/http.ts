import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type AuthLevel, type HostKeys, isAllowed } from './access.ts'
import { refuse } from './answer.ts'
import type { LoadedApp } from './app.ts'
import type { RegisteredFunction } from './core.ts'
import type { Gate } from './gate.ts'
import { serve } from './httpServe.ts'
import { refusalOf } from './kestrel.ts'
import { compareFunctionNames, compileRoute, createMatch } from './route.ts'
import type { Binding } from './rpc.ts'
import type { Runner } from './runner.ts'
import { parseTarget } from './target.ts'
import type { UnansweredLog } from './unanswered.ts'

/** An HTTP function with its methods and route. */
export interface HttpFunction {
  readonly fn: RegisteredFunction
  readonly authLevel: AuthLevel
  /** Upper-case. */
  readonly methods: readonly string[]
  /** As registered, without leading and trailing slashes. */
  readonly route: string
  /** With the prefix, without a leading slash. */
  readonly template: string
}

/** Dependencies of serving requests. */
export interface HttpOptions {
  readonly app: LoadedApp
  readonly runner: Runner
  readonly gate: Gate
  readonly keys: HostKeys
  readonly unanswered: UnansweredLog
  /** Larger bodies get 500. */
  readonly maxBodyBytes: number
}

/** Serves requests without a function; `path` is decoded. */
export type OtherListener = (request: IncomingMessage, response: ServerResponse, path: string) => void

/** Finds the HTTP functions of an app; `route` defaults to the function's name. */
export function findHttpFunctions(functions: Iterable<RegisteredFunction>, prefix: string): HttpFunction[] {
  const found: HttpFunction[] = []
  for (const fn of functions) {
    const trigger = Object.values(fn.metadata.bindings).find(({ type }) => type === 'httpTrigger')
    if (trigger) found.push(toHttpFunction(fn, trigger, prefix))
  }
  return found
}

function toHttpFunction(fn: RegisteredFunction, trigger: Binding, prefix: string): HttpFunction {
  const route = (trigger.route as string | undefined) ?? fn.metadata.name
  return {
    fn,
    authLevel: trigger.authLevel as AuthLevel,
    methods: (trigger.methods as string[]).map((method) => method.toUpperCase()),
    route: route.replace(/^\/+|\/+$/g, ''),
    template: prefix ? `${prefix}/${route}` : route,
  }
}

/**
 * Creates the listener that serves HTTP functions by method and route, the first match in order of name; requests
 * without a match go to `otherwise`.
 * @throws Error if a route is malformed, belongs to another function, or is reserved for the host.
 */
export function createHttpListener(
  functions: readonly HttpFunction[],
  options: HttpOptions,
  otherwise: OtherListener,
): RequestListener {
  const ordered = [...functions].sort((a, b) => compareFunctionNames(nameOf(a), nameOf(b)))
  assertRoutesAllowed(ordered)
  const match = createMatch(ordered.map((each) => compileRoute(each.template, each.methods, each)))
  return (request, response) => {
    const method = request.method ?? 'GET'
    const refused = refusalOf(request)
    const target = refused ? { refused } : parseTarget(method, request.url ?? '/')
    if ('refused' in target) return refuse(response, target.refused)
    const found = match(method, target.path)
    if (!found) return otherwise(request, response, target.path)
    // A socket that the client closed early reports failed writes here; the invocation notices separately.
    response.on('error', () => {})
    const { fn, authLevel } = found.target
    if (!isAllowed(request, authLevel, options.keys)) return refuse(response, 401)
    const call = { fn, request, response, params: found.params, ...target }
    if (!options.gate.run(() => serve(call, options))) refuse(response, 429)
  }
}

/**
 * Checks for routes that the host refuses to load: those that start with the letters `admin` or `runtime`, and those
 * that another function has for one of the same methods, both compared before the prefix (azure-functions-host
 * `ScriptHost.cs`, `ValidateHttpFunction` and `HttpRoutesConflict`). Azure leaves the function out; this host does not
 * start.
 */
function assertRoutesAllowed(functions: readonly HttpFunction[]): void {
  for (const [index, each] of functions.entries()) {
    if (/^(?:admin|runtime)/i.test(each.route)) {
      throw new Error(`The route "${each.route}" of ${nameOf(each)} conflicts with the host's own routes.`)
    }
    const other = functions.slice(0, index).find((before) => isSameRoute(before, each))
    if (other) throw new Error(`${nameOf(each)} and ${nameOf(other)} have the same route, "${each.route}".`)
  }
}

const isSameRoute = (a: HttpFunction, b: HttpFunction) =>
  a.route.toUpperCase() === b.route.toUpperCase() &&
  (a.methods.length === 0 || b.methods.length === 0 || a.methods.some((each) => b.methods.includes(each)))

const nameOf = ({ fn }: HttpFunction) => fn.metadata.name
