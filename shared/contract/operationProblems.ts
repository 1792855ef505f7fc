import type { HttpMethod } from '@azure/functions'
import type { ResponseHeader } from '../http/responseHeaders.ts'
import type { FailureStyle, RouteDefinition } from '../http/route.ts'
import { type ProblemCode, problems } from '../problems.ts'
import type { ContractResponse, Reference } from './document.ts'
import { anyContent, htmlContent, referToHeaders } from './responses.ts'

/** One registered operation of a route. */
export type RegisteredOperation = NonNullable<RouteDefinition['operations'][HttpMethod]>

/**
 * Every problem of an operation: its own, and those common to its kind; by status, each code once. An operation that
 * exists never answers `method_not_allowed`.
 */
export function problemsOf(method: string, path: string, operation: RegisteredOperation): ProblemCode[] {
  const codes = new Set<ProblemCode>([
    'invalid_request',
    'internal_error',
    'broker_not_configured',
    ...(operation.role ? authenticated : []),
    ...(operation.role || path.startsWith('oauth/') ? (['storage_unavailable'] as const) : []),
    ...(path.includes('{tenant}') || path.startsWith('oauth/') ? (['tenant_damaged'] as const) : []),
    ...bodyProblems(method, operation),
    ...(operation.limit ? (['too_many_requests'] as const) : []),
    ...(operation.problems ?? []),
  ])
  return [...codes].sort((a, b) => problems[a].status - problems[b].status || a.localeCompare(b))
}

/** When the issuer's keys are unreachable, no caller can be authenticated. */
const authenticated = [
  'caller_not_authenticated',
  'caller_not_allowed',
  'caller_refused',
  'identity_provider_unavailable',
] as const

/** A form of the broker's own pages has a limit, too. What passes to Microsoft has none of the broker's. */
function bodyProblems(
  method: string,
  { passesBody, readsBodyItself }: RegisteredOperation,
): readonly ProblemCode[] {
  if (passesBody || method === 'GET') return []
  return readsBodyItself ? ['body_too_large'] : ['body_too_large', 'unsupported_media_type']
}

/** The name of the shared response of each status that a problem can have. */
const responseNames: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  406: 'NotAcceptable',
  409: 'Conflict',
  413: 'ContentTooLarge',
  415: 'UnsupportedMediaType',
  422: 'UnprocessableContent',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  502: 'BadGateway',
  503: 'ServiceUnavailable',
}

/** The content of a problem document. */
export const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
} as const

/** The shared responses of routes whose failures aren't only problem documents. */
const otherResponses: Readonly<Record<string, ContractResponse>> = {
  ProblemPage: {
    description:
      'A page that says what happened, and the problem’s code. With `Accept: application/json`, a problem.',
    content: { ...htmlContent, ...problemContent },
  },
  OAuthError: {
    description: 'Why the token request was refused, in OAuth’s words (RFC 6749, section 5.2).',
    headers: referToHeaders(['Retry-After', 'WWW-Authenticate', 'Accept']),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/OAuthError' } } },
  },
  MicrosoftAnswers: {
    description:
      'A problem of the broker as `application/problem+json`, or Microsoft’s response with this status. `X-Diagnosis` names the cause of Microsoft’s.',
    headers: referToHeaders(['Retry-After', 'X-Diagnosis', 'TrackingId', 'WWW-Authenticate']),
    content: { ...problemContent, ...anyContent },
  },
}

const headersOfStatus: Readonly<Record<number, readonly ResponseHeader[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  415: ['Accept'],
  429: ['Retry-After'],
  502: ['Retry-After'],
  503: ['Retry-After'],
}

/**
 * The shared responses, by name: each with a problem document that explains its status. None is of a method that doesn't
 * exist.
 */
export function problemResponses(): Record<string, ContractResponse> {
  const { method_not_allowed: _, ...ofOperations } = problems
  const statuses = [...new Set(Object.values(ofOperations).map(({ status }) => status))].sort()
  const documents = statuses.map((status) => [nameOf(status), problemResponse(status)])
  return { ...Object.fromEntries(documents), ...otherResponses }
}

/** An operation's responses for its failures: references to the shared ones. */
export function responsesOf(
  codes: readonly ProblemCode[],
  { response, otherStatuses = [], statusOf = same }: FailureStyle,
): Record<string, Reference> {
  const statuses = codes.map((code) => statusOf(problems[code].status))
  const refer = (status: number | 'default') => ({
    $ref: `#/components/responses/${response ?? nameOf(Number(status))}`,
  })
  return Object.fromEntries([...new Set([...statuses, ...otherStatuses])].map((each) => [each, refer(each)]))
}

const same = (status: number) => status

function problemResponse(status: number): ContractResponse {
  const codes = Object.entries(problems).filter(([, problem]) => problem.status === status)
  const headers = headersOfStatus[status]
  return {
    description: codes.map(([code, { title }]) => `\`${code}\`: ${title}`).join(' '),
    ...(headers && { headers: referToHeaders(headers) }),
    content: problemContent,
  }
}

function nameOf(status: number): string {
  const name = responseNames[status]
  if (!name) throw new Error(`the contract has no name for the status ${status}`)
  return name
}
