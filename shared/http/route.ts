import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions'
import { broker } from '../broker.ts'
import { ClientLeftError } from '../domain/clientLeft.ts'
import { toProblem } from '../domain/toProblem.ts'
import { Problem, type ProblemCode, problems } from '../problems.ts'
import { SettingsError, settingIsMissing } from '../settings/faults.ts'
import { recordProblem, withTracing } from '../telemetry/invocation.ts'
import { createLog } from '../telemetry/log.ts'
import type { Answer } from './answer.ts'
import { answerFirst } from './answerFirst.ts'
import { withBackpressure } from './backpressure.ts'
import { checkRequest, type HandledRequest, type RequestRules } from './checkRequest.ts'
import { toOneChunk } from './oneChunk.ts'
import {
  createReadPathParams,
  type ReadPathParams,
  type ReceivedRequest,
  receiveRequest,
} from './receiveRequest.ts'
import { problemResponse } from './responses.ts'
import type { Tag } from './tags.ts'

/** One method of a route, with everything for its contract. */
export interface Operation<P, Q, B> extends RequestRules<P, Q, B> {
  /** The operation's name in generated clients. */
  readonly id: string
  /** The group that the contract lists it in. */
  readonly tag: Tag
  /** A one-line summary for the contract. */
  readonly summary: string
  /** Whether the body goes on to Microsoft Advertising unread. Default is false. */
  readonly passesBody?: true
  /** Whether a broker that isn't configured names its invalid settings here, never their values. Default is false. */
  readonly tellsSettings?: boolean
  /** The successful answer. */
  readonly response: Answer & { readonly status: number }
  /** Answers besides the successful one that aren't problems. */
  readonly otherResponses?: readonly Answer[]
  /** Problems of this operation, besides those common to its kind. */
  readonly problems?: readonly ProblemCode[]
  handle(request: HandledRequest<P, Q, B>): Promise<HttpResponseInit>
}

/** A route, as the contract lists it. */
export interface RouteDefinition {
  /** The function's name, which determines the host's order of routes. */
  readonly name: string
  readonly path: string
  readonly failures: FailureStyle
  readonly operations: Readonly<Partial<Record<HttpMethod, AnyOperation>>>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of operations of every shape
type AnyOperation = Operation<any, any, any>

/** Every route, in the order of registration; the OpenAPI contract is generated from it. */
export const routes: RouteDefinition[] = []

const everyMethod: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** Infers an operation's types. Returns it unchanged. */
export function operation<P = unknown, Q = unknown, B = unknown>(
  definition: Operation<P, Q, B>,
): Operation<P, Q, B> {
  return definition
}

/** How a route answers with a failure. */
export interface FailureStyle {
  readonly respond: (problem: Problem, requestId: string, request: ReceivedRequest) => HttpResponseInit
  /** The contract's response for all failures. Default is one for each status, with a problem document. */
  readonly response?: 'ProblemPage' | 'MicrosoftAnswers' | 'OAuthError'
  /** Statuses of failures that aren't problems. Default is none. */
  readonly otherStatuses?: readonly (number | 'default')[]
  /** The status in place of the one that a problem has elsewhere. Default is the same. */
  readonly statusOf?: (status: number) => number
}

const problemDocuments: FailureStyle = { respond: problemResponse }

/**
 * Registers a route with all its methods. Other methods get 405 with `Allow`; failures become problems.
 * @param name the function's name.
 * @param path the route template, without a leading slash.
 * @param failures default is problem documents.
 */
export function route(
  name: string,
  path: string,
  operations: RouteDefinition['operations'],
  failures: FailureStyle = problemDocuments,
): void {
  routes.push({ name, path, operations, failures })
  const served = { path, operations, failures, readParams: createReadPathParams(path) }
  app.http(name, {
    methods: everyMethod,
    authLevel: 'anonymous',
    route: path,
    handler: withTracing((request: HttpRequest, context) => serve(served, request, context)),
  })
}

interface ServedRoute extends Omit<RouteDefinition, 'name'> {
  readonly readParams: ReadPathParams
}

async function serve(
  { path, operations, failures, readParams }: ServedRoute,
  received: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  const requestId = context.invocationId
  const request = receiveRequest(received, requestId, readParams)
  const chosen =
    operations[request.method as HttpMethod] ?? (request.method === 'HEAD' ? operations.GET : undefined)
  try {
    if (!chosen) throw methodNotAllowed(operations)
    const built = broker()
    const checked = await checkRequest({ broker: built, path }, chosen, request)
    const response = await chosen.handle({ broker: built, ...checked })
    if (request.method === 'HEAD') return withoutBody(response)
    return asStream(request, response)
  } catch (error) {
    if (error instanceof ClientLeftError) return unanswered
    const problem = error instanceof SettingsError ? notConfigured(error, chosen) : toProblem(error)
    recordProblem(problem.code)
    logFailure(context, path, problem, error)
    return answerFirst(request, failures.respond(problem, requestId, request))
  }
}

/** Without HTTP streaming, the library reads the whole body first, so there is nothing to wait for. */
function asStream({ answer }: ReceivedRequest, response: HttpResponseInit): HttpResponseInit {
  const { body } = response
  if (answer && typeof body === 'string' && body) return { ...response, body: toOneChunk(body) }
  return answer && body instanceof ReadableStream
    ? { ...response, body: withBackpressure(answer, body) }
    : response
}

/** For telemetry, as proxies log it: the client has left, so it never gets this. */
const unanswered: HttpResponseInit = { status: 499 }

/** Ends an unread stream and its source. */
async function withoutBody(response: HttpResponseInit): Promise<HttpResponseInit> {
  const { body } = response
  if (body instanceof ReadableStream) await body.cancel()
  return { ...response, body: '' }
}

/** Lines go to standard output, because the host samples an invocation's own log lines together with its trace. */
const log = createLog(console.log)

/** Anyone can call this, so a value's fault appears only in the log: it may quote the value. */
function notConfigured({ faults }: SettingsError, chosen: AnyOperation | undefined): Problem {
  const members = {
    settings: faults.map(({ setting, fault, meaning, example }) => ({
      setting,
      fault: fault === settingIsMissing ? fault : 'isn’t valid',
      meaning,
      example,
    })),
  }
  return new Problem('broker_not_configured', chosen?.tellsSettings ? { members } : {})
}

function methodNotAllowed(operations: RouteDefinition['operations']): Problem {
  const allowed = Object.keys(operations)
  if (allowed.includes('GET')) allowed.push('HEAD')
  return new Problem('method_not_allowed', { headers: { Allow: allowed.join(', ') } })
}

function logFailure(context: InvocationContext, route: string, problem: Problem, error: unknown): void {
  const { status } = problems[problem.code]
  if (status < 500) return
  const { reason, traceId } = (problem.extras.members ?? {}) as { reason?: string; traceId?: string }
  const fields = { code: problem.code, requestId: context.invocationId, route, reason: reason ?? '' }
  log('request.failed', { ...fields, ...(traceId && { traceId }) })
  // Our own failure is logged with its stack frames. Its message is left out because it may contain a secret.
  if (problem.code === 'internal_error' && error instanceof Error) context.error(framesOf(error))
}

function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return [error.name, ...frames].join('\n')
}
