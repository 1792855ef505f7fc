import type { HttpMethod } from '@azure/functions'
import type { RouteDefinition } from '../http/route.ts'
import { type ProblemCode, problems } from '../problems.ts'

/** One registered operation of a route. */
export type RegisteredOperation = NonNullable<RouteDefinition['operations'][HttpMethod]>

/** Every problem of an operation: its own, and those common to its kind; by status, each code once. */
export function problemsOf(method: string, path: string, operation: RegisteredOperation): ProblemCode[] {
  const codes = new Set<ProblemCode>([
    'invalid_request',
    'method_not_allowed',
    'internal_error',
    'broker_not_configured',
    ...(operation.role ? authenticated : []),
    ...(operation.role || path.startsWith('oauth/') ? (['storage_unavailable'] as const) : []),
    ...(path.includes('{tenant}') || path.startsWith('oauth/') ? (['tenant_damaged'] as const) : []),
    ...(operation.readsBodyItself || method === 'GET' ? [] : bearingBody),
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
const bearingBody = ['body_too_large', 'unsupported_media_type'] as const

/** The schema of a problem document (RFC 9457); further members depend on the code. */
export const problemSchema = {
  type: 'object',
  description: 'Problem details (RFC 9457).',
  required: ['type', 'title', 'status', 'code', 'detail', 'actor', 'resolution', 'requestId'],
  properties: {
    type: { type: 'string', pattern: '^/docs#', description: '`/docs#` and the code.' },
    title: { type: 'string', description: 'What happened, the same for every occurrence.' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems), description: 'A stable code to branch on.' },
    detail: { type: 'string', description: 'A description of this occurrence.' },
    actor: {
      type: 'string',
      enum: [...new Set(Object.values(problems).map(({ actor }) => actor))].sort(),
      description: 'Who must act before the same request can succeed. `nobody`: try again later.',
    },
    resolution: { type: 'string', description: 'How to fix it.' },
    retryAfter: { type: 'integer', description: 'Seconds, as in the `Retry-After` header.' },
    reason: { type: 'string', description: 'A more specific stable code, if there is one.' },
    traceId: { type: 'string', description: 'Microsoft’s trace ID, for Microsoft support.' },
    errors: {
      type: 'array',
      description: 'Every invalid field of an `invalid_request`.',
      items: {
        type: 'object',
        required: ['in', 'field', 'fault'],
        properties: {
          in: { type: 'string', enum: ['query', 'body', 'path', 'header'] },
          field: { type: 'string' },
          fault: { type: 'string' },
        },
      },
    },
    connect: {
      type: 'object',
      description: 'The request that creates a connect session, if connecting fixes the problem.',
      properties: {
        method: { type: 'string' },
        path: { type: 'string' },
        body: { type: 'object', description: 'Send it unchanged.' },
      },
    },
    adminConsentUrl: {
      type: 'string',
      format: 'uri',
      description: 'The link for the advertiser’s administrator.',
    },
    settings: {
      type: 'array',
      description: 'Every invalid setting of the broker; `/health` and `/ready` list them.',
      items: {
        type: 'object',
        required: ['setting', 'fault', 'meaning', 'example'],
        properties: {
          setting: { type: 'string' },
          fault: { type: 'string' },
          meaning: { type: 'string' },
          example: { type: 'string' },
        },
      },
    },
    requestId: { type: 'string', description: 'This request’s ID in the broker’s log.' },
  },
}

/** The responses for an operation's problems: one per status, with its codes as an enum and an example of each. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => problems[code].status))]
  return Object.fromEntries(
    statuses.map((status) => [status, problemResponse(codes.filter((c) => problems[c].status === status))]),
  )
}

function problemResponse(codes: readonly ProblemCode[]): object {
  const narrowed = { properties: { code: { enum: codes } } }
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join(' '),
    content: {
      'application/problem+json': {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  }
}

function exampleOf(code: ProblemCode): object {
  const { status, actor, title, resolution } = problems[code]
  const requestId = '7f6c1f7e-6b0c-4e0e-9d0f-0d2a5b1c3e4f'
  return { type: `/docs#${code}`, title, status, code, detail: title, actor, resolution, requestId }
}
