import {
  app,
  type HttpMethod,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions'
import type * as z from 'zod'
import { broker } from '../broker.ts'
import { Problem, type ProblemCode, problems } from '../problems.ts'
import { SettingsError, settingIsMissing } from '../settings/faults.ts'
import { recordProblem, withTracing } from '../telemetry/invocation.ts'
import { createLog } from '../telemetry/log.ts'
import { withBackpressure } from './backpressure.ts'
import { drainBody } from './body.ts'
import { checkRequest, type HandledRequest, type RequestRules } from './checkRequest.ts'
import { type ReceivedRequest, receiveRequest } from './receiveRequest.ts'
import { problemResponse, toProblem } from './responses.ts'

/** What one method of a route does, and all that its contract says. */
export interface Operation<P, Q, B> extends RequestRules<P, Q, B> {
  /** One line for the contract. */
  readonly summary: string
  /** A broker that is not configured names its faulty settings here, never their values. Default is false. */
  readonly tellsSettings?: boolean
  /** What a good answer is. */
  readonly response: { readonly status: number; readonly description: string; readonly schema?: z.ZodType }
  /** Problems that this operation can end in, beside those that every one of its kind can. */
  readonly problems?: readonly ProblemCode[]
  handle(request: HandledRequest<P, Q, B>): Promise<HttpResponseInit>
}

/** One route as the contract lists it. */
export interface RouteDefinition {
  /** The function's name, which decides when the host tries the route. */
  readonly name: string
  readonly path: string
  readonly operations: Readonly<Partial<Record<HttpMethod, AnyOperation>>>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of operations of every shape
type AnyOperation = Operation<any, any, any>

/** Every route, in the order of registration; the OpenAPI contract is made from it. */
export const routes: RouteDefinition[] = []

const everyMethod: HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** Keeps an operation's types together. Returns it unchanged. */
export function operation<P = unknown, Q = unknown, B = unknown>(
  definition: Operation<P, Q, B>,
): Operation<P, Q, B> {
  return definition
}

/** How a failure is answered. */
export type FailureResponder = (
  problem: Problem,
  requestId: string,
  request: ReceivedRequest,
) => HttpResponseInit

/**
 * Registers a route with all its methods. Methods it does not have get 405 with `Allow`; failures become problems.
 * @param name the function's name.
 * @param path the route template, without a leading slash.
 * @param respondToFailure default is a problem document.
 */
export function route(
  name: string,
  path: string,
  operations: RouteDefinition['operations'],
  respondToFailure: FailureResponder = problemResponse,
): void {
  routes.push({ name, path, operations })
  app.http(name, {
    methods: everyMethod,
    authLevel: 'anonymous',
    route: path,
    handler: withTracing((request: HttpRequest, context) =>
      serve(path, operations, respondToFailure, request, context),
    ),
  })
}

async function serve(
  path: string,
  operations: RouteDefinition['operations'],
  respondToFailure: FailureResponder,
  received: HttpRequest,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  const requestId = context.invocationId
  const request = receiveRequest(received, requestId, path)
  const chosen =
    operations[request.method as HttpMethod] ?? (request.method === 'HEAD' ? operations.GET : undefined)
  try {
    if (!chosen) throw methodNotAllowed(operations)
    const response = await perform(path, chosen, request)
    if (request.method === 'HEAD') return withoutBody(response)
    const { body } = response
    return body instanceof ReadableStream
      ? { ...response, body: withBackpressure(requestId, body) }
      : response
  } catch (error) {
    const problem = error instanceof SettingsError ? notConfigured(error, chosen) : toProblem(error)
    recordProblem(problem.code)
    logFailure(context, path, problem, error)
    await drainBody(request)
    return respondToFailure(problem, requestId, request)
  }
}

/** Ends an unread stream together with its source. */
async function withoutBody(response: HttpResponseInit): Promise<HttpResponseInit> {
  const { body } = response
  if (body instanceof ReadableStream) await body.cancel()
  return { ...response, body: '' }
}

async function perform(
  path: string,
  chosen: AnyOperation,
  request: ReceivedRequest,
): Promise<HttpResponseInit> {
  const built = broker()
  return chosen.handle({ broker: built, ...(await checkRequest({ broker: built, path }, chosen, request)) })
}

/** Lines go to standard output, for those that belong to an invocation are sampled together with its trace. */
const log = createLog(console.log)

/** Anybody may ask, so what is wrong with a value is in the log alone: it may quote the value. */
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
  // Our own failure is logged with its frames. Its message is left out because it might contain a secret.
  if (problem.code === 'internal_error' && error instanceof Error) context.error(framesOf(error))
}

function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return [error.name, ...frames].join('\n')
}
