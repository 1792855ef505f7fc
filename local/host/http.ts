import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type AuthLevel, type HostKeys, isAllowed } from './access.ts'
import type { LoadedApp } from './app.ts'
import type { RegisteredFunction } from './core.ts'
import type { Gate } from './gate.ts'
import { BodyTooLargeError, readBody, toHttpEvent, writeHttpAnswer } from './httpBuffered.ts'
import { handOver } from './httpStreamed.ts'
import { newInvocationId } from './invocation.ts'
import { compareFunctionNames, compileRoute, createMatch } from './route.ts'
import type { Binding } from './rpc.ts'
import type { Runner } from './runner.ts'
import { parseTarget } from './target.ts'

/** An HTTP function and how it is reached. */
export interface HttpFunction {
  readonly fn: RegisteredFunction
  readonly authLevel: AuthLevel
  /** Upper-case. */
  readonly methods: readonly string[]
  /** As the function registered it, without slashes around it. */
  readonly route: string
  /** With the prefix, without a leading slash. */
  readonly template: string
}

/** What requests are served with. */
export interface HttpOptions {
  readonly app: LoadedApp
  readonly runner: Runner
  readonly gate: Gate
  readonly keys: HostKeys | undefined
  /** Larger bodies get 413. */
  readonly maxBodyBytes: number
}

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
 * Creates the listener that serves HTTP functions by method and route, the first in order of name that matches; what
 * matches none goes to `otherwise`.
 * @throws Error when a route is malformed, is another function's, or belongs to the host.
 */
export function createHttpListener(
  functions: readonly HttpFunction[],
  options: HttpOptions,
  otherwise: RequestListener,
): RequestListener {
  const ordered = [...functions].sort((a, b) => compareFunctionNames(nameOf(a), nameOf(b)))
  assertRoutesAllowed(ordered)
  const match = createMatch(ordered.map((each) => compileRoute(each.template, each.methods, each)))
  return (request, response) => {
    const method = request.method ?? 'GET'
    const target = parseTarget(method, request.url ?? '/')
    if ('refused' in target) return answerEmpty(response, target.refused)
    const found = match(method, target.path)
    if (!found) return otherwise(request, response)
    // A socket that the client closed early reports its failed writes here; the invocation learns of it by itself.
    response.on('error', () => {})
    const { fn, authLevel } = found.target
    if (!isAllowed(request, authLevel, options.keys)) return answerEmpty(response, 401)
    if (Number(request.headers['content-length'] ?? 0) > options.maxBodyBytes) return refuseBody(response)
    const admitted = options.gate.run(() => serveFunction(fn, found.params, request, response, options))
    if (!admitted) answerEmpty(response, 429)
  }
}

/**
 * What the host refuses to load: a route that begins with the letters `admin` or `runtime`, and a route that another
 * function has for one of the same methods, both compared before the prefix (azure-functions-host `ScriptHost.cs`,
 * `ValidateHttpFunction` and `HttpRoutesConflict`). Azure leaves the function out; this host does not start.
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

async function serveFunction(
  fn: RegisteredFunction,
  params: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
  { app, runner, maxBodyBytes }: HttpOptions,
): Promise<void> {
  const invocationId = newInvocationId()
  try {
    if (app.streamListener) {
      const options = { invocationId, maxBytes: maxBodyBytes }
      await runner.run(fn, handOver(app.streamListener, request, response, params, options))
      // A handler that returns nothing makes the library send nothing.
      if (!response.headersSent) answerEmpty(response, 204)
    } else {
      const body = await readBody(request, maxBodyBytes)
      writeHttpAnswer(await runner.run(fn, toHttpEvent(request, params, body, invocationId)), response)
    }
  } catch (error) {
    answerFailure(response, error)
  }
}

/** An answer that had begun cannot become a 500 any more; cutting it tells the client that it is not whole. */
function answerFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  if (isBodyTooLarge(error)) refuseBody(response)
  else answerEmpty(response, 500)
}

const isBodyTooLarge = (error: unknown): boolean =>
  error instanceof BodyTooLargeError || (error instanceof Error && isBodyTooLarge(error.cause))

/** The rest of the body is not read, so the connection cannot be used again. */
function refuseBody(response: ServerResponse): void {
  response.setHeader('Connection', 'close')
  answerEmpty(response, 413)
}

/** Answers with a status and nothing else. */
export function answerEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status
  if (status !== 204) response.setHeader('Content-Length', 0)
  response.end()
}
